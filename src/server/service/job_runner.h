// JobRunner: takes durable jobs from the database, one at a time, and runs them in a thread of its
// own. A job's row is leased: whoever lost its lease stops. Failures are tried again with growing
// pauses.
//
// Thread-safety: construct and destroy from one thread; the destructor waits for the step under
// way.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "server/service/environment.h"

namespace firn::service {

/// Told of every try that failed, by the runner's thread; nullopt: it is given up, for an operator
/// to see.
using JobFailureSink = std::function<void(
    const store::JobRecord& job, const Error& error, std::optional<TimestampMs> retry_at)>;

class JobRunner {
 public:
  /// Everything in `environment` must outlive the runner.
  JobRunner(const Environment& environment, JobFailureSink on_failure);
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

 private:
  void Run();
  /// Claims and runs one job; false where none is due.
  bool RunOne();
  Status RunJob(const store::JobRecord& job);

  Environment environment_;
  JobFailureSink on_failure_;
  std::string owner_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace firn::service
