#include "table/scan/file_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace firn::table {

void AppendParts(const ScanFile& file,
                 const FileSpan& within,
                 int64_t part_bytes,
                 std::vector<ScanPart>& parts) {
  const uint32_t row = file.file().row;
  for (const FileSpan& cut : SpansOf(*file.tasks->manifest, row, part_bytes)) {
    const FileSpan span{.begin = std::max(cut.begin, within.begin),
                        .end = std::min(cut.end, within.end)};
    if (span.begin < span.end) {
      const bool opens_file = parts.empty() || parts.back().file.file().row != row;
      parts.push_back({.file = file, .span = span, .opens_file = opens_file});
    }
  }
}

bool FileQueue::Put(std::vector<ScanPart> parts) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return stopped_ || waiting_.size() < max_manifests_; });
  if (stopped_) {
    return false;
  }
  for (ScanPart& part : parts) {
    part.number = parts_++;
  }
  if (!parts.empty()) {
    waiting_.emplace_back(std::make_move_iterator(parts.begin()),
                          std::make_move_iterator(parts.end()));
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
