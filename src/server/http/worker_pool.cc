#include "server/http/worker_pool.h"

#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/waiting_scope.h"

namespace firn::http {
namespace {

/// How much later than the I/O threads workers get a core that both want. Commits print, compress
/// and wait for the disk, milliseconds each; an I/O thread answers a read in microseconds.
constexpr int kNiceAboveIoThreads = 10;

/// What a read is put into the inbox with; a change with its object.
constexpr uint64_t kReadTag = ~uint64_t{0};

/// On Linux a nice value belongs to a thread. Where the system refuses, all stay equal.
void YieldToIoThreads() {
  auto thread = static_cast<id_t>(gettid());
  setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kNiceAboveIoThreads);
}

}  // namespace

/// The turn of the change that a thread runs.
class WorkerPool::Turn final : public ComputeTurn {
 public:
  explicit Turn(WorkerPool& pool) : pool_(pool) { Current() = this; }
  ~Turn() override { Current() = nullptr; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  void GiveUp() override {
    std::lock_guard lock(pool_.mutex_);
    --pool_.computing_changes_;
    pool_.TellNext();
  }
  void TakeBack() override { pool_.TakeTurnBack(); }

 private:
  WorkerPool& pool_;
};

WorkerPool::WorkerPool(const WorkerPoolLimits& limits)
    : limits_(limits), max_changes_(limits.threads - limits.threads / 4) {
  for (size_t i = 0; i < limits.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), "firn-worker");
  }
}

WorkerPool::~WorkerPool() { Shutdown(); }

void WorkerPool::Shutdown() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    TellNext();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

bool WorkerPool::TrySubmitRead(Task& task) { return TrySubmit(kReadTag, task); }

bool WorkerPool::TrySubmitChange(uint64_t object, Task& task) {
  return TrySubmit(object == kReadTag ? 0 : object, task);
}

bool WorkerPool::TrySubmit(uint64_t tag, Task& task) {
  if (queued_.fetch_add(1) >= limits_.max_queued || !inbox_.Put(tag, task)) {
    queued_.fetch_sub(1);
    return false;
  }
  signal_.fetch_add(1);
  signal_.notify_one();
  return true;
}

void WorkerPool::SortSubmitted() {
  inbox_.TakeAll([this](uint64_t tag, Task task) {
    if (tag == kReadTag) {
      reads_.push_back(std::move(task));
    } else {
      SortChange(tag, std::move(task));
    }
  });
}

void WorkerPool::SortChange(uint64_t object, Task task) {
  if (object != 0) {
    Object& place = objects_[object];
    if (place.admitted == limits_.max_changes_an_object) {
      place.waiting.push_back(std::move(task));
      return;
    }
    ++place.admitted;
  }
  changes_.push_back({object, std::move(task)});
}

void WorkerPool::ChangeEnded(uint64_t object) {
  --begun_changes_;
  --computing_changes_;
  if (object == 0) {
    return;
  }
  auto place = objects_.find(object);
  if (!place->second.waiting.empty()) {
    changes_.push_back({object, std::move(place->second.waiting.front())});
    place->second.waiting.pop_front();
  } else if (--place->second.admitted == 0) {
    objects_.erase(place);
  }
}

bool WorkerPool::ChangeMayRun() const {
  return !changes_.empty() && begun_changes_ < max_changes_ && resuming_changes_ == 0 &&
         computing_changes_ < limits_.max_computing_changes;
}

bool WorkerPool::Finished() {
  return stopping_ && reads_.empty() && changes_.empty() && inbox_.CloseIfEmpty();
}

void WorkerPool::TellNext() {
  if (resuming_changes_ > 0) {
    turn_free_.notify_one();
  } else if (stopping_ || ChangeMayRun()) {
    signal_.fetch_add(1);
    stopping_ ? signal_.notify_all() : signal_.notify_one();
  }
}

void WorkerPool::TakeTurnBack() {
  std::unique_lock lock(mutex_);
  ++resuming_changes_;
  turn_free_.wait_for(lock, limits_.max_turn_wait,
                      [this] { return computing_changes_ < limits_.max_computing_changes; });
  --resuming_changes_;
  ++computing_changes_;
  TellNext();
}

void WorkerPool::RunRead(std::unique_lock<std::mutex>& lock) {
  Task task = std::move(reads_.front());
  reads_.pop_front();
  queued_.fetch_sub(1);
  change_is_next_ = true;
  lock.unlock();
  task();
  task = nullptr;
  lock.lock();
}

void WorkerPool::RunChange(std::unique_lock<std::mutex>& lock) {
  Change change = std::move(changes_.front());
  changes_.pop_front();
  queued_.fetch_sub(1);
  change_is_next_ = false;
  ++begun_changes_;
  ++computing_changes_;
  lock.unlock();
  {
    Turn turn(*this);
    change.task();
    change.task = nullptr;
  }
  lock.lock();
  ChangeEnded(change.object);
  TellNext();
}

void WorkerPool::Run() {
  YieldToIoThreads();
  std::unique_lock lock(mutex_);
  while (true) {
    int seen = signal_.load();
    SortSubmitted();
    // In turn where both have something that may run.
    if (ChangeMayRun() && (reads_.empty() || change_is_next_)) {
      RunChange(lock);
    } else if (!reads_.empty()) {
      RunRead(lock);
    } else if (Finished()) {
      return;
    } else {
      lock.unlock();
      signal_.wait(seen);
      lock.lock();
    }
  }
}

}  // namespace firn::http
