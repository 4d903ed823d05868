// WriteQueue: hands changes of many threads to the one writer thread, which takes all that are
// ready and commits them as a group.
//
// Thread-safety: any thread. Run blocks until the change is durable, refused or late.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/latency_histogram.h"
#include "base/result.h"
#include "server/store/sql/group_commit.h"

namespace firn::store::sql {

struct WriteQueueLimits {
  /// Changes waiting for their turn; one more is refused with kResourceExhausted.
  size_t max_waiting = 4096;
  /// Changes in one transaction.
  size_t max_group = 256;
};

class WriteQueue {
 public:
  WriteQueue(std::unique_ptr<GroupCommit> group, const WriteQueueLimits& limits);
  /// Ends the thread. No caller may be inside Run.
  ~WriteQueue();

  /// With a deadline, `work` must own what it refers to: it may run to its end after Run has given
  /// up. Errors: the work's own; kDeadlineExceeded (it was not begun), kResourceExhausted,
  /// kUnavailable (nothing changed); kCommitStateUnknown, also where it was begun and its end has
  /// not come by the deadline.
  Status Run(Work work, MonotonicTime deadline);

  struct Stats {
    /// From Run to the begin of the change's group.
    LatencySnapshot waits;
    /// A group's transaction, sync included.
    LatencySnapshot groups;
    uint64_t changes = 0;
    int64_t waiting = 0;
  };
  Stats stats() const;

 private:
  struct Request;

  /// Waits for the end of a request that was queued.
  Status Await(const std::shared_ptr<Request>& request, MonotonicTime deadline);
  void Loop();
  /// Waits for requests; empty when the queue is closed.
  std::deque<std::shared_ptr<Request>> TakeReady();
  void RunGroup(std::deque<std::shared_ptr<Request>>& requests);

  std::unique_ptr<GroupCommit> group_;
  WriteQueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<Request>> waiting_;
  bool closed_ = false;
  LatencyHistogram waits_;
  LatencyHistogram groups_;
  std::atomic<uint64_t> changes_ = 0;
  std::thread thread_;
};

}  // namespace firn::store::sql
