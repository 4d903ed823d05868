// HiveClient: calls of a Hive Metastore over Thrift, and what its answers mean.
//
// Reads use kept connections and are tried once more over a new one. A change is sent once, over a
// new connection: one that the metastore has given up meanwhile would leave its outcome open. A new
// connection goes to the first host that takes it, beginning with the last that did.
//
// Errors: what the method declares (hive_methods.h); kUnavailable where nothing was carried out;
// kUnsupported where the metastore does not know the method; kDeadlineExceeded for reads;
// kInternal for an answer that is none. Of a change also kCommitStateUnknown where there was no
// answer, so that it may yet happen, and kIoError where the metastore says that it failed inside:
// then it is over, and may have been done all the same.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/hive/hive_methods.h"
#include "catalog/hive/hive_options.h"
#include "catalog/hive/thrift/stream.h"
#include "catalog/hive/thrift/thrift_value.h"

namespace firn::catalog::hive {

enum class Effect : uint8_t {
  kRead,
  kChange,
  /// As kRead, but that it is done though the caller's deadline has passed.
  kCleanup,
};

/// Of a cleanup after the caller's deadline.
inline constexpr std::chrono::milliseconds kMaxCleanupTime{10'000};

class HiveClient {
 public:
  /// Connections that wait for the next read.
  static constexpr size_t kMaxIdle = 8;

  /// `clock` must outlive the client.
  HiveClient(const HiveOptions& options,
             const Clock& clock,
             std::unique_ptr<thrift::Dialer> dialer);

  /// What the method returns; a value of type kStop where it returns nothing.
  Result<thrift::Value> Call(const Method& method, const thrift::Value& arguments, Effect effect);

 private:
  using StreamPtr = std::unique_ptr<thrift::Stream>;
  /// How far an attempt came, where it failed.
  enum class Reached : uint8_t { kNothing, kSent, kAnswered };
  struct Attempt {
    Result<thrift::Value> result;
    Reached reached = Reached::kNothing;
  };

  MonotonicTime DeadlineOf(Effect effect) const;
  Result<StreamPtr> Connect(MonotonicTime deadline);
  StreamPtr TakeIdle();
  void Keep(StreamPtr stream);
  Attempt Try(const Method& method,
              const thrift::Value& arguments,
              thrift::Stream& stream,
              MonotonicTime deadline) const;
  Error ChangeError(Error error, Reached reached) const;

  const std::vector<HiveHost> hosts_;
  const thrift::Framing framing_;
  const std::chrono::milliseconds timeout_;
  /// Of set_ugi; of type kStop where the user is not told.
  thrift::Value user_;
  const Clock& clock_;
  const std::unique_ptr<thrift::Dialer> dialer_;
  /// Of the host that took the last connection.
  std::atomic<size_t> first_host_ = 0;
  std::mutex mutex_;
  std::vector<StreamPtr> idle_;
};

}  // namespace firn::catalog::hive
