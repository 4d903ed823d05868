#include "server/store/sql/write_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/waiting_scope.h"

namespace firn::store::sql {

/// Shared by the caller and the writer: either may be the last to let go.
struct WriteQueue::Request {
  Work work;
  GroupMember member;
  MonotonicTime queued = std::chrono::steady_clock::now();
  bool done = false;
  std::condition_variable wake;
};

WriteQueue::WriteQueue(std::unique_ptr<GroupCommit> group, const WriteQueueLimits& limits)
    : group_(std::move(group)), limits_(limits), thread_([this] { Loop(); }) {}

WriteQueue::~WriteQueue() {
  {
    std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  ready_.notify_all();
  thread_.join();
}

Status WriteQueue::Run(Work work, MonotonicTime deadline) {
  auto request = std::make_shared<Request>();
  request->work = std::move(work);
  request->member = {.work = &request->work, .deadline = deadline, .result = {}};
  {
    std::scoped_lock lock(mutex_);
    if (waiting_.size() >= limits_.max_waiting) {
      return Error(ErrorCode::kResourceExhausted, "Too many changes are waiting");
    }
    waiting_.push_back(request);
  }
  ready_.notify_one();
  WaitingScope waiting;
  return Await(request, deadline);
}

Status WriteQueue::Await(const std::shared_ptr<Request>& request, MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  auto done = [&] { return request->done; };
  if (deadline == kNoDeadline) {
    request->wake.wait(lock, done);
  } else if (!request->wake.wait_until(lock, deadline, done)) {
    auto found = std::ranges::find(waiting_, request);
    if (found != waiting_.end()) {
      waiting_.erase(found);
      return Error(ErrorCode::kDeadlineExceeded, "The deadline passed in the queue");
    }
    return Error(ErrorCode::kCommitStateUnknown, "The database did not commit by the deadline");
  }
  return std::move(request->member.result);
}

WriteQueue::Stats WriteQueue::stats() const {
  std::scoped_lock lock(mutex_);
  return {.waits = waits_.snapshot(),
          .groups = groups_.snapshot(),
          .changes = changes_,
          .waiting = static_cast<int64_t>(waiting_.size())};
}

std::deque<std::shared_ptr<WriteQueue::Request>> WriteQueue::TakeReady() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
  size_t count = std::min(waiting_.size(), limits_.max_group);
  auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::deque<std::shared_ptr<Request>> taken(std::make_move_iterator(waiting_.begin()),
                                             std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void WriteQueue::Loop() {
  while (true) {
    std::deque<std::shared_ptr<Request>> requests = TakeReady();
    if (requests.empty()) {
      return;
    }
    RunGroup(requests);
  }
}

void WriteQueue::RunGroup(std::deque<std::shared_ptr<Request>>& requests) {
  auto begin = std::chrono::steady_clock::now();
  std::vector<GroupMember> members;
  for (const auto& request : requests) {
    waits_.Record(begin - request->queued);
    members.push_back(std::move(request->member));
  }
  group_->Run(members);
  groups_.Record(std::chrono::steady_clock::now() - begin);
  changes_ += requests.size();
  std::scoped_lock lock(mutex_);
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i]->member.result = std::move(members[i].result);
    requests[i]->done = true;
    requests[i]->wake.notify_one();
  }
}

}  // namespace firn::store::sql
