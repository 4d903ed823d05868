// DeadlineMutex: a mutex that is waited for no longer than a deadline of the steady clock. Waiting
// for it gives the turn to compute away (waiting_scope.h).
//
//   std::unique_lock lock(mutex, deadline);   // DeadlineMutex mutex
//   if (!lock.owns_lock()) {
//     return Error(ErrorCode::kDeadlineExceeded, "...");
//   }
//
// Not std::timed_mutex: that waits in pthread_mutex_clocklock, which ThreadSanitizer of GCC 12 does
// not see, and reports each of its unlocks.
// Thread-safety: any thread; unlocked by the thread that locked it. Waiters have no order.
#pragma once

#include <condition_variable>
#include <mutex>

#include "base/clock.h"
#include "base/waiting_scope.h"

namespace firn {

class DeadlineMutex {
 public:
  void lock() { try_lock_until(kNoDeadline); }

  bool try_lock() {
    std::lock_guard lock(mutex_);
    bool free = !held_;
    held_ = true;
    return free;
  }

  /// False where the deadline has come first.
  bool try_lock_until(MonotonicTime deadline) {
    if (try_lock()) {
      return true;
    }
    WaitingScope waiting;
    std::unique_lock lock(mutex_);
    auto is_free = [this] { return !held_; };
    if (deadline == kNoDeadline) {
      free_.wait(lock, is_free);
    } else if (!free_.wait_until(lock, deadline, is_free)) {
      return false;
    }
    held_ = true;
    return true;
  }

  void unlock() {
    std::lock_guard lock(mutex_);
    held_ = false;
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool held_ = false;
};

}  // namespace firn
