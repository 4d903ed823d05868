// OpenCalls: the calls that are open, whatever they wait for. gRPC gives each a thread of its own,
// which a client that neither sends nor reads keeps: so there are so many at a time. A call that is
// still open a while after its deadline is told of, so that its connection can be cut.
//
// Errors of Enter: kResourceExhausted. Thread-safety: any thread; outlives the calls.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::flight {

class OpenCalls {
  struct Call {
    std::string peer;
    MonotonicTime deadline;
  };

 public:
  /// A call's time to end by itself once its deadline is over.
  static constexpr std::chrono::seconds kGrace{5};

  /// Open as long as it lives.
  class Place {
   public:
    Place(OpenCalls& all, std::list<Call>::iterator call) : all_(all), call_(call) {}
    ~Place() { all_.Leave(call_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    OpenCalls& all_;
    const std::list<Call>::iterator call_;
  };

  explicit OpenCalls(size_t max_calls) : max_calls_(max_calls) {}

  /// A call of `peer`, as gRPC names it.
  Result<std::unique_ptr<Place>> Enter(std::string peer, MonotonicTime deadline);
  /// The peers of calls that are beyond kGrace, each call once.
  std::vector<std::string> TakeOverdue(MonotonicTime now);

 private:
  void Leave(std::list<Call>::iterator call);

  const size_t max_calls_;
  std::mutex mutex_;
  std::list<Call> calls_;
};

}  // namespace firn::flight
