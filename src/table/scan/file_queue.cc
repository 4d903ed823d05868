#include "table/scan/file_queue.h"

#include <utility>

namespace firn::table {

bool FileQueue::Put(ManifestTasks tasks) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return stopped_ || waiting_.size() < max_manifests_; });
  if (stopped_) {
    return false;
  }
  if (!tasks.files.empty()) {
    put_ += tasks.files.size();
    waiting_.push_back(std::make_shared<const ManifestTasks>(std::move(tasks)));
    filled_.notify_all();
  }
  return true;
}

size_t FileQueue::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
  return put_;
}

std::optional<ScanFile> FileQueue::Take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return stopped_ || closed_ || !waiting_.empty(); });
  if (stopped_ || waiting_.empty()) {
    return std::nullopt;
  }
  ScanFile file{.tasks = waiting_.front(), .task = taken_of_front_, .number = taken_};
  ++taken_;
  if (++taken_of_front_ == file.tasks->files.size()) {
    waiting_.pop_front();
    taken_of_front_ = 0;
    room_.notify_one();
  }
  return file;
}

void FileQueue::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  filled_.notify_all();
}

}  // namespace firn::table
