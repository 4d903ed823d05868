#include "server/http/worker_pool.h"

#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace firn::http {
namespace {

/// How much later than the I/O threads workers get a core that both want. Commits print, compress
/// and wait for the disk, milliseconds each; an I/O thread answers a read in microseconds.
constexpr int kNiceAboveIoThreads = 10;

/// On Linux a nice value belongs to a thread. Where the system refuses, all stay equal.
void YieldToIoThreads() {
  auto thread = static_cast<id_t>(gettid());
  setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kNiceAboveIoThreads);
}

}  // namespace

WorkerPool::WorkerPool(size_t threads, size_t max_queued)
    : max_queued_(max_queued), max_changes_(threads - threads / 4) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), "firn-worker");
  }
}

WorkerPool::~WorkerPool() { Shutdown(); }

void WorkerPool::Shutdown() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

bool WorkerPool::TrySubmit(Lane lane, std::move_only_function<void()>& task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || reads_.size() + changes_.size() >= max_queued_) {
      return false;
    }
    (lane == Lane::kRead ? reads_ : changes_).push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return reads_.size() + changes_.size();
}

bool WorkerPool::ChangeMayRun() const {
  return !changes_.empty() && running_changes_ < max_changes_;
}

WorkerPool::Task WorkerPool::TakeNext(Lane& lane) {
  bool change = ChangeMayRun() && (reads_.empty() || change_is_next_);
  lane = change ? Lane::kChange : Lane::kRead;
  change_is_next_ = !change;
  running_changes_ += change ? 1 : 0;
  auto& queue = change ? changes_ : reads_;
  Task task = std::move(queue.front());
  queue.pop_front();
  return task;
}

void WorkerPool::Run() {
  YieldToIoThreads();
  std::unique_lock lock(mutex_);
  while (true) {
    // A change that may not run yet waits for the thread that runs one: it takes the next.
    wake_.wait(lock, [this] { return stopping_ || !reads_.empty() || ChangeMayRun(); });
    if (reads_.empty() && !ChangeMayRun()) {
      return;
    }
    Lane lane = Lane::kRead;
    Task task = TakeNext(lane);
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    if (lane == Lane::kChange) {
      --running_changes_;
    }
  }
}

}  // namespace firn::http
