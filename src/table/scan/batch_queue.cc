#include "table/scan/batch_queue.h"

#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

namespace firn::table {
namespace {

/// Calls `visit` for each buffer of a column and of what lies in it.
template <class Visit>
void ForEachBuffer(const arrow::ArrayData& column, Visit&& visit) {
  for (const auto& buffer : column.buffers) {
    if (buffer != nullptr) {
      visit(*buffer);
    }
  }
  for (const auto& child : column.child_data) {
    ForEachBuffer(*child, visit);
  }
  if (column.dictionary != nullptr) {
    ForEachBuffer(*column.dictionary, visit);
  }
}

}  // namespace

void BatchQueue::Hold(const arrow::RecordBatch& batch) {
  for (const auto& column : batch.column_data()) {
    ForEachBuffer(*column, [this](const arrow::Buffer& buffer) {
      if (held_[&buffer]++ == 0) {
        bytes_ += buffer.size();
      }
    });
  }
}

void BatchQueue::LetGo(const arrow::RecordBatch& batch) {
  for (const auto& column : batch.column_data()) {
    ForEachBuffer(*column, [this](const arrow::Buffer& buffer) {
      auto uses = held_.find(&buffer);
      if (--uses->second == 0) {
        bytes_ -= buffer.size();
        held_.erase(uses);
      }
    });
  }
}

bool BatchQueue::Push(size_t file, BatchPtr batch) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] {
    return stopped_ || bytes_ < max_bytes_ || (file == head_ && files_[file].batches.empty());
  });
  if (stopped_) {
    return false;
  }
  Hold(*batch);
  files_[file].batches.push_back(std::move(batch));
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

int64_t BatchQueue::waiting_bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
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
      BatchPtr next = std::move(file.batches.front());
      file.batches.pop_front();
      LetGo(*next);
      room_.notify_all();
      return next;
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
