// ThreadPool: a fixed number of threads for work that may block on storage, and ParallelFor, which
// spreads a loop over them. Who plans, reads or writes tables shares one.
//
// A loop's caller works on it too, so a loop ends even where every thread is busy elsewhere, and
// loops may be nested.
//
// Thread-safety: all methods from any thread; the destructor from one, after the last loop.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/compute_turns.h"
#include "base/result.h"

namespace firn {

/// How a pool's threads share the cores.
struct ThreadPoolShare {
  /// How many nice values behind the thread that makes the pool, 0 to 19. Linux: a nice value
  /// belongs to a thread. Where the system refuses, they stay equal.
  int nice = 0;
  /// By whose turns the tasks compute; null for as many as there are threads. Outlives the pool.
  ComputeTurns* turns = nullptr;
};

class ThreadPool {
 public:
  /// `threads`: 0 to 256; with 0 every loop runs on its caller alone.
  explicit ThreadPool(size_t threads, const ThreadPoolShare& share = {});
  /// Runs what was submitted, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t threads() const { return threads_.size(); }

  /// Never blocks. The queue has no limit of its own: its users bound what they submit (a
  /// ParallelFor submits at most its parallelism).
  void Submit(std::move_only_function<void()> task);

 private:
  void Run();
  void RunTask(std::move_only_function<void()> task);

  const ThreadPoolShare share_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Runs `body(i)` for each i below `count`, in order of beginning, on at most `parallelism`
/// threads, the caller among them. Returns when all have ended: the error of the lowest index that
/// failed, after which no further index begins.
Status ParallelFor(ThreadPool& pool,
                   size_t count,
                   size_t parallelism,
                   const std::function<Status(size_t)>& body);

}  // namespace firn
