// BatchQueue: what many readers decode, in the order of their files. Each reader fills the file it
// works on; the one who takes batches gets those of file 0, then of file 1, ... What waits to be
// taken is bounded in bytes: above, readers wait; the one whose file is being taken adds a batch
// even then where none of that file is left, so that the queue always moves. A buffer counts whole,
// and once however many batches share it: of a row group that was decoded at once, one slice holds
// all.
//
// Errors: a file, or the list of files, that failed is told in its turn, after all before it.
// Thread-safety: Push, End and SetCount from many threads, each file by one; Pop by one thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include "base/clock.h"
#include "base/result.h"

namespace firn::table {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

class BatchQueue {
 public:
  explicit BatchQueue(int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Waits while there is no room. False where nothing is taken any more.
  bool Push(size_t file, BatchPtr batch);
  /// `file` is read; `end` is its error where it could not be.
  void End(size_t file, Status end);
  /// There are `files` in all; `end` is why no more could be planned.
  void SetCount(size_t files, Status end);
  /// Nothing is taken any more: wakes everybody.
  void Stop();
  bool stopped() const;
  /// Of the buffers of what waits.
  int64_t waiting_bytes() const;

  /// The next batch; null after the last; nullopt where none came before `deadline`.
  Result<std::optional<BatchPtr>> Pop(MonotonicTime deadline);

 private:
  void Hold(const arrow::RecordBatch& batch);
  void LetGo(const arrow::RecordBatch& batch);

  struct File {
    std::deque<BatchPtr> batches;
    /// Set once it is read.
    std::optional<Status> end;
  };

  const int64_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  /// From `head_` on, those that were begun.
  std::map<size_t, File> files_;
  size_t head_ = 0;
  size_t count_ = std::numeric_limits<size_t>::max();
  Status planned_;
  /// How often the buffers of what waits are used, and their bytes.
  std::unordered_map<const arrow::Buffer*, int64_t> held_;
  int64_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace firn::table
