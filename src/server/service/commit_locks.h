// CommitLocks: lets the commits of one table in this process go one after the other, so that they
// do not write metadata files only to lose the swap. Correctness does not rest on it: the swap in
// the database decides.
//
// Thread-safety: any thread.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/deadline_mutex.h"
#include "base/result.h"
#include "server/store/records.h"

namespace firn::service {

class CommitLocks {
  static constexpr size_t kStripes = 1024;

 public:
  /// Releases what it holds when it goes.
  class Held {
   public:
    Held() = default;
    Held(Held&&) = default;
    Held& operator=(Held&&) = default;

   private:
    friend class CommitLocks;
    std::vector<std::unique_lock<DeadlineMutex>> locks_;
  };

  /// Errors: kDeadlineExceeded; then nothing is held.
  Result<Held> Acquire(std::span<const store::ObjectId> objects, MonotonicTime deadline) {
    std::vector<size_t> stripes;
    for (store::ObjectId object : objects) {
      stripes.push_back(static_cast<size_t>(object.value()) % kStripes);
    }
    std::sort(stripes.begin(), stripes.end());  // one order for all, so that nobody waits in a ring
    stripes.erase(std::unique(stripes.begin(), stripes.end()), stripes.end());
    Held held;
    for (size_t stripe : stripes) {
      std::unique_lock lock(mutexes_[stripe], deadline);
      if (!lock.owns_lock()) {
        return Error(ErrorCode::kDeadlineExceeded,
                     "Too many commits wait for this table, try again later");
      }
      held.locks_.push_back(std::move(lock));
    }
    return held;
  }

 private:
  std::array<DeadlineMutex, kStripes> mutexes_;
};

}  // namespace firn::service
