// WorkerPool: a fixed number of threads for work that blocks, fed by a bounded queue.
//
// Thread-safety: TrySubmit from any thread; Shutdown and the destructor from one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace firn::http {

class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t max_queued);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Moves `task` into the queue; false where the queue is full, and then `task` is left as it was.
  bool TrySubmit(std::move_only_function<void()>& task);

  /// Takes nothing more, runs what is queued and joins the threads. The destructor calls it.
  void Shutdown();

  /// Tasks waiting now.
  size_t queued() const;

 private:
  void Run();

  const size_t max_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace firn::http
