#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/waiting_scope.h"

namespace firn {

ThreadPool::ThreadPool(size_t threads, const ThreadPoolShare& share) : share_(share) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), "firn-pool");
  }
}

ThreadPool::~ThreadPool() {
  {
    std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void ThreadPool::Submit(std::move_only_function<void()> task) {
  {
    std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::RunTask(std::move_only_function<void()> task) {
  std::optional<ComputeTurns::Hold> turn;
  if (share_.turns != nullptr) {
    turn.emplace(*share_.turns);
  }
  task();
  task = nullptr;
}

void ThreadPool::Run() {
  if (share_.nice > 0) {
    auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + share_.nice);
  }
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) {
      return;
    }
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    RunTask(std::move(task));
    lock.lock();
  }
}

namespace {

/// Shared by a loop's threads. Threads of the pool that come after the caller has left find it
/// closed and touch nothing else, so the body may live on the caller's stack.
class Loop {
 public:
  Loop(size_t count, const std::function<Status(size_t)>& body) : count_(count), body_(body) {}

  /// False where the loop has ended.
  bool Join() {
    std::scoped_lock lock(mutex_);
    helpers_ += closed_ ? 0 : 1;
    return !closed_;
  }

  void Leave() {
    std::scoped_lock lock(mutex_);
    if (--helpers_ == 0) {
      left_.notify_all();
    }
  }

  void Work() {
    while (!failed_.load(std::memory_order_relaxed)) {
      size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= count_) {
        return;
      }
      Status status = body_(index);
      if (!status) {
        Fail(index, std::move(status).error());
      }
    }
  }

  Status Close() {
    if (!CloseNow()) {
      WaitingScope waiting;
      std::unique_lock lock(mutex_);
      left_.wait(lock, [this] { return helpers_ == 0; });
    }
    if (error_) {
      return std::move(*error_);
    }
    return {};
  }

 private:
  /// Nobody joins from here on. True where nobody else is in the loop, as for all that need no
  /// help.
  bool CloseNow() {
    std::scoped_lock lock(mutex_);
    closed_ = true;
    return helpers_ == 0;
  }

  void Fail(size_t index, Error error) {
    std::scoped_lock lock(mutex_);
    if (!error_ || index < error_index_) {
      error_ = std::move(error);
      error_index_ = index;
    }
    failed_.store(true, std::memory_order_relaxed);
  }

  const size_t count_;
  const std::function<Status(size_t)>& body_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::condition_variable left_;
  size_t helpers_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
  size_t error_index_ = 0;
};

}  // namespace

Status ParallelFor(ThreadPool& pool,
                   size_t count,
                   size_t parallelism,
                   const std::function<Status(size_t)>& body) {
  auto loop = std::make_shared<Loop>(count, body);
  size_t threads = std::min(std::min(count, parallelism), pool.threads() + 1);
  for (size_t i = 1; i < threads; ++i) {
    pool.Submit([loop] {
      if (loop->Join()) {
        loop->Work();
        loop->Leave();
      }
    });
  }
  loop->Work();
  return loop->Close();
}

}  // namespace firn
