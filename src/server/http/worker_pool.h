// WorkerPool: a fixed number of threads for work that blocks, fed by a bounded queue of two lanes,
// reads and changes. Changes wait for the disk and for each other, so what they may hold is
// bounded:
// - never all threads: reads, which take microseconds, do not stand behind them;
// - of one object a few threads: its changes come one after the other anyway, and a crowd of them
//   does not stand before the changes of all others;
// - few cores: workers are scheduled behind the I/O threads, and of the changes begun only some
//   compute at a time, while the others wait (WaitingScope).
// Submitting takes no lock: a worker that was put aside while it held one would keep every
// connection waiting.
//
// Thread-safety: TrySubmit* from any thread; Shutdown and the destructor from one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include <semaphore.h>

#include "server/http/task_inbox.h"

namespace firn::http {

struct WorkerPoolLimits {
  size_t threads = 32;
  /// Tasks that wait for a thread; one more is refused.
  size_t max_queued = 2048;
  /// Changes that compute at a time, 1 or more.
  size_t max_computing_changes = 1;
  /// Changes of one object that hold a thread.
  size_t max_changes_an_object = 2;
  /// How long a change that has waited waits once more for its turn, at most: then it goes on.
  std::chrono::milliseconds max_turn_wait{50};
};

class WorkerPool {
 public:
  explicit WorkerPool(const WorkerPoolLimits& limits);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Moves `task` into the queue; false where the queue is full or closed, and then `task` is left
  /// as it was.
  bool TrySubmitRead(std::move_only_function<void()>& task);
  /// The same for a change. `object`: a hash of what is changed; 0 for no one thing.
  bool TrySubmitChange(uint64_t object, std::move_only_function<void()>& task);

  /// Takes nothing more, runs what is queued and joins the threads. The destructor calls it.
  void Shutdown();

  /// Tasks waiting now.
  size_t queued() const { return queued_.load(std::memory_order_relaxed); }

 private:
  using Task = std::move_only_function<void()>;
  class Turn;
  struct Change {
    uint64_t object = 0;
    Task task;
  };
  struct Object {
    /// Its changes that hold a thread or are next in `changes_`.
    size_t admitted = 0;
    std::deque<Task> waiting;
  };

  bool TrySubmit(uint64_t tag, Task& task);
  /// Wakes a sleeping worker, unless one is on its way that will see what this one would.
  void WakeOne();
  void WakeAll();
  void Run();
  void TakeTurnBack();
  // The following are called with the lock held; the first three release it meanwhile.
  void Sleep(std::unique_lock<std::mutex>& lock);
  void RunRead(std::unique_lock<std::mutex>& lock);
  void RunChange(std::unique_lock<std::mutex>& lock);
  void SortSubmitted();
  void SortChange(uint64_t object, Task task);
  void ChangeEnded(uint64_t object);
  bool ChangeMayRun() const;
  bool SomethingMayRun() const;
  bool Finished();
  /// Wakes who may go on now.
  void TellNext();

  const WorkerPoolLimits limits_;
  /// Changes that may be begun at once: three quarters of the threads.
  const size_t max_changes_;

  TaskInbox inbox_;
  std::atomic<size_t> queued_ = 0;
  /// Threads without work sleep on it. Not std::atomic::wait: that yields the core some times
  /// before it sleeps, and a crowd of workers that do so takes the cores from the I/O threads.
  sem_t wake_ups_;
  /// A worker was woken and has not looked yet: one is enough, since it wakes the next where there
  /// is more.
  std::atomic<bool> waking_ = false;

  /// Of the workers among themselves.
  std::mutex mutex_;
  std::deque<Task> reads_;
  /// Those that need only a thread and a turn.
  std::deque<Change> changes_;
  /// Of which there are changes.
  std::unordered_map<uint64_t, Object> objects_;
  size_t begun_changes_ = 0;
  /// Of those, the ones that do not wait.
  size_t computing_changes_ = 0;
  /// Of those, the ones that have waited and want to go on: they come before new ones.
  size_t resuming_changes_ = 0;
  std::condition_variable turn_free_;
  bool change_is_next_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace firn::http
