#include "server/store/sql/reader_pool.h"

namespace firn::store::sql {

Result<ReaderPool::Loan> ReaderPool::Take(MonotonicTime deadline) {
  auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  auto free = [&] { return !idle_.empty() || open_ < max_sessions_; };
  if (deadline == kNoDeadline) {
    given_back_.wait(lock, free);
  } else if (!given_back_.wait_until(lock, deadline, free)) {
    return Error(ErrorCode::kDeadlineExceeded, "All readers of the database are busy");
  }
  waits_.Record(std::chrono::steady_clock::now() - begin);
  if (!idle_.empty()) {
    std::unique_ptr<Session> session = std::move(idle_.back());
    idle_.pop_back();
    return Loan(*this, std::move(session));
  }
  ++open_;
  lock.unlock();
  auto opened = engine_.OpenReader();
  if (!opened.has_value()) {
    lock.lock();
    --open_;
    given_back_.notify_one();
    return TakeError(std::move(opened));
  }
  return Loan(*this, *std::move(opened));
}

ReaderPool::Stats ReaderPool::stats() const {
  std::scoped_lock lock(mutex_);
  return {.waits = waits_.snapshot(),
          .uses = uses_.snapshot(),
          .in_use = static_cast<int64_t>(open_ - idle_.size()),
          .max = static_cast<int64_t>(max_sessions_)};
}

void ReaderPool::GiveBack(std::unique_ptr<Session> session) {
  {
    std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(session));
  }
  given_back_.notify_one();
}

}  // namespace firn::store::sql
