// Time as Firn sees it: TimestampMs (wall clock, milliseconds since the Unix epoch, as Iceberg
// metadata writes it) and the Clock port that code asks for it, so that tests own the time.
//
// Thread-safety: SystemClock and ManualClock may be used from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/strong_int.h"

namespace firn {

/// Milliseconds since 1970-01-01T00:00:00Z; negative before.
using TimestampMs = StrongInt<struct TimestampMsTag, int64_t>;
/// Microseconds since 1970-01-01T00:00:00Z; negative before.
using TimestampUs = StrongInt<struct TimestampUsTag, int64_t>;

/// A point on the monotonic clock: deadlines and durations, never stored.
using MonotonicTime = std::chrono::steady_clock::time_point;

/// The deadline of a call that waits as long as it takes.
inline constexpr MonotonicTime kNoDeadline = MonotonicTime::max();

/// Where "now" comes from.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimestampMs Now() const = 0;
  virtual MonotonicTime Monotonic() const = 0;
};

/// The operating system's clocks.
class SystemClock final : public Clock {
 public:
  TimestampMs Now() const override;
  MonotonicTime Monotonic() const override;
};

/// A clock that moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimestampMs start) : now_ms_(start.value()) {}
  TimestampMs Now() const override { return TimestampMs(now_ms_.load()); }
  MonotonicTime Monotonic() const override {
    return MonotonicTime(std::chrono::milliseconds(now_ms_.load()));
  }
  void Advance(std::chrono::milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<int64_t> now_ms_;
};

/// `2026-01-31T23:59:59.123Z`, for logs.
std::string FormatUtc(TimestampMs time);

}  // namespace firn
