// WriteQueue: hands changes of many threads to the one writer thread, which takes all that are
// ready and commits them as a group.
//
// Thread-safety: any thread. Run blocks until the change is durable, refused or late.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
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

  /// How many changes wait for their turn.
  size_t waiting() const;

 private:
  struct Request;

  void Loop();
  /// Waits for requests; empty when the queue is closed.
  std::deque<std::shared_ptr<Request>> TakeReady();

  std::unique_ptr<GroupCommit> group_;
  WriteQueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<Request>> waiting_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace firn::store::sql
