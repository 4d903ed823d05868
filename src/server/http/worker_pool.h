// WorkerPool: a fixed number of threads for work that blocks, fed by a bounded queue of two lanes.
// Changes wait for the disk and for each other; they never hold all threads, so that reads, which
// take microseconds, do not stand behind them.
//
// Thread-safety: TrySubmit from any thread; Shutdown and the destructor from one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace firn::http {

enum class Lane : uint8_t { kRead, kChange };

class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t max_queued);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Moves `task` into the queue; false where the queue is full, and then `task` is left as it was.
  bool TrySubmit(Lane lane, std::move_only_function<void()>& task);

  /// Takes nothing more, runs what is queued and joins the threads. The destructor calls it.
  void Shutdown();

  /// Tasks waiting now.
  size_t queued() const;

 private:
  using Task = std::move_only_function<void()>;

  void Run();
  bool ChangeMayRun() const;
  /// Takes from the lanes in turn where both have something that may run.
  Task TakeNext(Lane& lane);

  const size_t max_queued_;
  /// Changes that may run at once: three quarters of the threads.
  const size_t max_changes_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> reads_;
  std::deque<Task> changes_;
  size_t running_changes_ = 0;
  bool change_is_next_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace firn::http
