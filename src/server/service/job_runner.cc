#include "server/service/job_runner.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "server/service/purge_job.h"
#include "server/service/purge_payload.h"

namespace firn::service {
namespace {

constexpr std::chrono::milliseconds kPollInterval{500};
/// Pauses before the next try of a job that failed; the last one repeats.
constexpr std::array<int64_t, 5> kRetryPausesMs = {1'000, 10'000, 60'000, 600'000, 3'600'000};
/// Tries before a job is left as failed, for an operator to see.
constexpr int kMaxAttempts = 50;

int64_t RetryPauseMs(int attempts) {
  size_t index = static_cast<size_t>(std::max(attempts, 1) - 1);
  return kRetryPausesMs[std::min(index, kRetryPausesMs.size() - 1)];
}

}  // namespace

JobRunner::JobRunner(const Environment& environment, JobFailureSink on_failure)
    : environment_(environment),
      on_failure_(std::move(on_failure)),
      owner_(Uuid::Random().ToString()),
      thread_([this] { Run(); }) {}

JobRunner::~JobRunner() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void JobRunner::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    bool worked = RunOne();
    lock.lock();
    if (!worked) {
      wake_.wait_for(lock, kPollInterval, [this] { return stopping_.load(); });
    }
  }
}

bool JobRunner::RunOne() {
  TimestampMs now = environment_.clock.Now();
  auto claimed = environment_.store.ClaimJob(owner_, now, TimestampMs(now.value() + kLeaseMs));
  const std::optional<store::JobRecord> due = claimed ? *std::move(claimed) : std::nullopt;
  if (!due) {
    return false;
  }
  const store::JobRecord& job = *due;
  Status done = RunJob(job);
  if (stopping_ && !done.has_value()) {
    return false;  // its lease runs out and another process goes on
  }
  std::optional<TimestampMs> retry_at;
  std::string error;
  if (!done.has_value()) {
    error = done.error().message();
    if (job.attempts < kMaxAttempts) {
      retry_at = TimestampMs(environment_.clock.Now().value() + RetryPauseMs(job.attempts));
    }
  }
  Status finished = environment_.store.FinishJob(job, error, retry_at);
  // A lost lease means that somebody else writes the job's end, or that it was cancelled.
  if (finished.has_value() && !done.has_value()) {
    on_failure_(job, done.error(), retry_at);
  }
  return true;
}

Status JobRunner::RunJob(const store::JobRecord& job) {
  if (job.attempts > kMaxAttempts) {  // it keeps taking the process down with it
    return Error(ErrorCode::kInternal, "Given up after too many attempts");
  }
  try {
    if (job.kind == kPurgeJobKind) {
      return RunPurge(environment_, job, stopping_);
    }
  } catch (const std::exception& exception) {  // memory, above all
    return Error(ErrorCode::kInternal, exception.what());
  }
  return Error(ErrorCode::kUnsupported, fmt::format("Unknown kind of job: {}", job.kind));
}

}  // namespace firn::service
