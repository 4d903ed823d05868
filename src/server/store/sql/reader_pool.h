// ReaderPool: read sessions, opened when first needed, at most a named number at a time.
//
// Thread-safety: any thread. Take waits while all sessions are in use, until its deadline at most.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/latency_histogram.h"
#include "base/result.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

class ReaderPool {
 public:
  /// A session on loan, given back on destruction.
  class Loan {
   public:
    Loan(ReaderPool& pool, std::unique_ptr<Session> session)
        : pool_(&pool), session_(std::move(session)), taken_(std::chrono::steady_clock::now()) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (session_ != nullptr) {
        pool_->uses_.Record(std::chrono::steady_clock::now() - taken_);
        pool_->GiveBack(std::move(session_));
      }
    }
    Session& operator*() const { return *session_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Session> session_;
    MonotonicTime taken_;
  };

  struct Stats {
    LatencySnapshot waits;
    LatencySnapshot uses;
    int64_t in_use = 0;
    int64_t max = 0;
  };

  /// `engine` must outlive the pool.
  ReaderPool(Engine& engine, size_t max_sessions) : engine_(engine), max_sessions_(max_sessions) {}

  /// Errors: kDeadlineExceeded; those of opening a session.
  Result<Loan> Take(MonotonicTime deadline);
  Stats stats() const;

 private:
  void GiveBack(std::unique_ptr<Session> session);

  Engine& engine_;
  size_t max_sessions_;
  mutable std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Session>> idle_;
  size_t open_ = 0;
  LatencyHistogram waits_;
  LatencyHistogram uses_;
};

}  // namespace firn::store::sql
