// WaitingScope: tells the pool whose thread this is that the thread waits now (for a disk, the
// network, a lock, another thread) and needs no core, so that the pool may let another task compute
// meanwhile. Outside such a pool it does nothing. Server: http::WorkerPool, which limits how many
// changes compute at a time.
//
//   {
//     WaitingScope waiting;
//     fdatasync(fd);
//   }
//
// It is a hint: leaving a scope may take a moment, but always ends, so a scope may be entered with
// a lock held. Scopes may be nested; the outermost counts. Thread-safety: belongs to its thread.
#pragma once

namespace firn {

/// A pool's side: the turn to compute that a task of its thread holds.
class ComputeTurn {
 public:
  virtual ~ComputeTurn() = default;
  virtual void GiveUp() = 0;
  /// Returns when the task may compute on; never waits without a limit.
  virtual void TakeBack() = 0;

  /// Of this thread; null where none is held, or it is given up already.
  static ComputeTurn*& Current() {
    static thread_local ComputeTurn* current = nullptr;
    return current;
  }
};

class WaitingScope {
 public:
  WaitingScope() : turn_(ComputeTurn::Current()) {
    if (turn_ != nullptr) {
      ComputeTurn::Current() = nullptr;
      turn_->GiveUp();
    }
  }
  ~WaitingScope() {
    if (turn_ != nullptr) {
      turn_->TakeBack();
      ComputeTurn::Current() = turn_;
    }
  }
  WaitingScope(const WaitingScope&) = delete;
  WaitingScope& operator=(const WaitingScope&) = delete;

 private:
  ComputeTurn* turn_;
};

}  // namespace firn
