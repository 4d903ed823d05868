// Stream and Dialer: the port to connections, so that tests own the network. DeadlineOfTry: how
// several places are tried in turn.
//
// Thread-safety: a stream belongs to one thread at a time; dialers may be used from any.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace firn::catalog::hive::thrift {

class Stream {
 public:
  virtual ~Stream() = default;
  /// Errors: kUnavailable, kDeadlineExceeded: the other side did not get all of it, and never will.
  virtual Status Send(std::string_view bytes, MonotonicTime deadline) = 0;
  /// One byte at least, `out.size()` at most; how many. Errors: kIoError where there is no more,
  /// kUnavailable, kDeadlineExceeded. Precondition: `out` is not empty.
  virtual Result<size_t> Receive(std::span<char> out, MonotonicTime deadline) = 0;
};

class Dialer {
 public:
  virtual ~Dialer() = default;
  /// Errors: kUnavailable, kDeadlineExceeded.
  virtual Result<std::unique_ptr<Stream>> Dial(const std::string& host,
                                               uint16_t port,
                                               MonotonicTime deadline) = 0;
};

/// Until when one of `left` places is tried, the others after it, so that one that is silent leaves
/// them time before `deadline`. Precondition: `left` is one at least.
inline MonotonicTime DeadlineOfTry(MonotonicTime now, MonotonicTime deadline, size_t left) {
  constexpr MonotonicTime::duration kMost = std::chrono::seconds(5);
  if (left == 1 || deadline <= now) {
    return deadline;
  }
  return now + std::min(kMost, (deadline - now) / static_cast<int64_t>(left));
}

}  // namespace firn::catalog::hive::thrift
