#include "table/scan/file_queue.h"

#include <utility>

namespace firn::table {

bool FileQueue::Put(ManifestTasks tasks) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return stopped_ || waiting_.size() < max_manifests_; });
  if (stopped_) {
    return false;
  }
  const auto shared = std::make_shared<const ManifestTasks>(std::move(tasks));
  std::deque<ScanPart> parts;
  for (size_t task = 0; task < shared->files.size(); ++task) {
    const ScanFile file{.tasks = shared, .task = task};
    for (const FileSpan& span : SpansOf(*shared->manifest, file.file().row, part_bytes_)) {
      parts.push_back({.file = file, .span = span, .number = parts_++});
    }
  }
  if (!parts.empty()) {
    waiting_.push_back(std::move(parts));
    filled_.notify_all();
  }
  return true;
}

size_t FileQueue::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
  return parts_;
}

std::optional<ScanPart> FileQueue::Take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return stopped_ || closed_ || !waiting_.empty(); });
  if (stopped_ || waiting_.empty()) {
    return std::nullopt;
  }
  ScanPart part = std::move(waiting_.front().front());
  waiting_.front().pop_front();
  if (waiting_.front().empty()) {
    waiting_.pop_front();
    room_.notify_one();
  }
  return part;
}

void FileQueue::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  filled_.notify_all();
}

}  // namespace firn::table
