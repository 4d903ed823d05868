#include "table/scan/batch_queue.h"

#include <utility>

#include <arrow/util/byte_size.h>

namespace firn::table {

bool BatchQueue::Push(size_t file, BatchPtr batch) {
  // Slices of one decoded row group share its buffers.
  const auto referenced = arrow::util::ReferencedBufferSize(*batch);
  const int64_t bytes = referenced.ok() ? *referenced : arrow::util::TotalBufferSize(*batch);
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return stopped_ || file == head_ || bytes_ < max_bytes_; });
  if (stopped_) {
    return false;
  }
  bytes_ += bytes;
  files_[file].batches.push_back({std::move(batch), bytes});
  filled_.notify_one();
  return true;
}

void BatchQueue::End(size_t file, Status end) {
  std::lock_guard lock(mutex_);
  files_[file].end = std::move(end);
  filled_.notify_one();
}

void BatchQueue::SetCount(size_t files, Status end) {
  std::lock_guard lock(mutex_);
  count_ = files;
  planned_ = std::move(end);
  filled_.notify_one();
}

void BatchQueue::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  filled_.notify_all();
}

bool BatchQueue::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

Result<std::optional<BatchPtr>> BatchQueue::Pop(MonotonicTime deadline) {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (head_ == count_) {
      RETURN_IF_ERROR(planned_);
      return BatchPtr();
    }
    File& file = files_[head_];
    if (!file.batches.empty()) {
      Waiting next = std::move(file.batches.front());
      file.batches.pop_front();
      bytes_ -= next.bytes;
      room_.notify_all();
      return std::move(next.batch);
    }
    if (file.end) {
      RETURN_IF_ERROR(*file.end);
      files_.erase(head_);
      ++head_;
      room_.notify_all();
      continue;
    }
    if (deadline == kNoDeadline) {
      filled_.wait(lock);
    } else if (filled_.wait_until(lock, deadline) == std::cv_status::timeout) {
      return std::optional<BatchPtr>();
    }
  }
  return BatchPtr();
}

}  // namespace firn::table
