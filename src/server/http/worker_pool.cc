#include "server/http/worker_pool.h"

#include <utility>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/waiting_scope.h"

namespace firn::http {
namespace {

/// How much later than the I/O threads workers get a core that both want: as late as can be.
/// Commits print, compress and wait for the disk, milliseconds each; an I/O thread answers a read
/// in microseconds, and by a smaller number two dozen workers would weigh as much as it does.
constexpr int kNiceAboveIoThreads = 19;

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
  sem_init(&wake_ups_, 0, 0);
  for (size_t i = 0; i < limits.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), "firn-worker");
  }
}

WorkerPool::~WorkerPool() {
  Shutdown();
  sem_destroy(&wake_ups_);
}

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
  WakeOne();
  return true;
}

void WorkerPool::WakeOne() {
  if (!waking_.exchange(true)) {
    sem_post(&wake_ups_);
  }
}

void WorkerPool::WakeAll() {
  for (size_t i = 0; i < limits_.threads; ++i) {
    sem_post(&wake_ups_);
  }
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

bool WorkerPool::SomethingMayRun() const { return !reads_.empty() || ChangeMayRun(); }

bool WorkerPool::Finished() {
  return stopping_ && reads_.empty() && changes_.empty() && inbox_.CloseIfEmpty();
}

void WorkerPool::TellNext() {
  if (stopping_) {
    WakeAll();
  } else if (ChangeMayRun()) {
    WakeOne();
  }
  if (resuming_changes_ > 0 && computing_changes_ < limits_.max_computing_changes) {
    turn_free_.notify_one();
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
  if (SomethingMayRun()) {
    WakeOne();
  }
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
  if (SomethingMayRun()) {
    WakeOne();
  }
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

void WorkerPool::Sleep(std::unique_lock<std::mutex>& lock) {
  // Who submits from here on wakes a worker; what was submitted before is found now.
  waking_.exchange(false);
  SortSubmitted();
  if (SomethingMayRun()) {
    return;
  }
  lock.unlock();
  while (sem_wait(&wake_ups_) != 0) {  // Only signals end it early.
  }
  waking_.exchange(false);
  lock.lock();
}

void WorkerPool::Run() {
  YieldToIoThreads();
  std::unique_lock lock(mutex_);
  while (true) {
    SortSubmitted();
    // In turn where both have something that may run.
    if (ChangeMayRun() && (reads_.empty() || change_is_next_)) {
      RunChange(lock);
    } else if (!reads_.empty()) {
      RunRead(lock);
    } else if (Finished()) {
      return;
    } else {
      Sleep(lock);
    }
  }
}

}  // namespace firn::http
