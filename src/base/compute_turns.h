// ComputeTurns: how many of the threads that share it compute at a time. Pools that mostly wait for
// storage have many threads; when all have their bytes at once, more of them would compute than
// there are cores, and leave nothing for who else needs one.
//
//   ComputeTurns::Hold turn(turns);   // waits for a turn
//   ... a WaitingScope in here gives it up meanwhile ...
//
// Turns are given in the order of asking. A long computation lets the others go first now and then:
// by an empty WaitingScope. Whoever waited too long goes on without a turn.
//
// Thread-safety: any thread; a Hold belongs to its thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>

#include "base/clock.h"
#include "base/waiting_scope.h"

namespace firn {

class ComputeTurns {
 public:
  /// How long whoever gave its turn up waits for it again, at most: it may hold a lock.
  static constexpr std::chrono::milliseconds kMaxWaitToGoOn{500};

  /// `count`: 1 or more.
  explicit ComputeTurns(size_t count) : free_(static_cast<int64_t>(count)) {}

  /// One turn. A thread that has one already, of this or another pool, goes on by that.
  class Hold;

 private:
  struct Waiter {
    std::condition_variable woken;
    bool has_turn = false;
  };

  void Take(MonotonicTime until);
  void Return();

  std::mutex mutex_;
  std::list<Waiter*> waiting_;
  /// Below zero where threads went on without.
  int64_t free_;
};

class ComputeTurns::Hold final : public ComputeTurn {
 public:
  /// Waits until `until` at most.
  explicit Hold(ComputeTurns& turns, MonotonicTime until = kNoDeadline);
  ~Hold() override;
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  void GiveUp() override { turns_.Return(); }
  void TakeBack() override { turns_.Take(std::chrono::steady_clock::now() + kMaxWaitToGoOn); }

 private:
  ComputeTurns& turns_;
  const bool is_outermost_;
};

}  // namespace firn
