// LatencyHistogram: how long calls took, in fixed buckets, counted without a lock. Rooms that
// measure keep one a kind of call; `server/observe` prints their snapshots.
//
// Cost of Record: two relaxed additions. A snapshot taken while others record may lack their last
// values, nothing more. Thread-safety: any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace firn {

/// Upper bounds of the buckets in microseconds, inclusive; one more bucket holds what is above.
inline constexpr std::array<int64_t, 18> kLatencyBoundsUs = {
    50,     100,     250,     500,     1'000,     2'500,     5'000,     10'000,     25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 25'000'000};

struct LatencySnapshot {
  /// Values a bucket, not cumulative.
  std::array<uint64_t, kLatencyBoundsUs.size() + 1> counts{};
  std::chrono::nanoseconds sum{};

  void Add(const LatencySnapshot& other) {
    for (size_t i = 0; i < counts.size(); ++i) {
      counts[i] += other.counts[i];
    }
    sum += other.sum;
  }
};

class LatencyHistogram {
 public:
  void Record(std::chrono::nanoseconds time) {
    size_t bucket = 0;
    int64_t us = (time.count() + 999) / 1000;
    while (bucket < kLatencyBoundsUs.size() && us > kLatencyBoundsUs[bucket]) {
      ++bucket;
    }
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(time.count(), std::memory_order_relaxed);
  }

  LatencySnapshot snapshot() const {
    LatencySnapshot snapshot;
    for (size_t i = 0; i < counts_.size(); ++i) {
      snapshot.counts[i] = counts_[i].load(std::memory_order_relaxed);
    }
    snapshot.sum = std::chrono::nanoseconds(sum_ns_.load(std::memory_order_relaxed));
    return snapshot;
  }

 private:
  std::array<std::atomic<uint64_t>, kLatencyBoundsUs.size() + 1> counts_{};
  std::atomic<int64_t> sum_ns_ = 0;
};

}  // namespace firn
