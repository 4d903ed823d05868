// FileQueue: the data files of a plan, a manifest at a time, on their way from the one who plans to
// those who read. Files are numbered in the plan's order.
//
// Limit: manifests that wait; above, planning waits.
// Thread-safety: Put from one thread at a time; Take and Stop from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "table/plan/scan_planner.h"

namespace firn::table {

/// One data file to read.
struct ScanFile {
  std::shared_ptr<const ManifestTasks> tasks;
  /// Of `tasks->files`.
  size_t task = 0;
  /// Among all files of the scan.
  size_t number = 0;

  const FileTask& file() const { return tasks->files[task]; }
};

class FileQueue {
 public:
  explicit FileQueue(size_t max_manifests) : max_manifests_(max_manifests) {}

  /// Waits while the queue is full. False where nothing is taken any more.
  bool Put(ManifestTasks tasks);
  /// No more comes. Returns how many files there were.
  size_t Close();
  /// The next file; nullopt where no more comes, or after Stop.
  std::optional<ScanFile> Take();
  void Stop();

 private:
  const size_t max_manifests_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<std::shared_ptr<const ManifestTasks>> waiting_;
  /// Files put, and files taken; of the front those that were taken.
  size_t put_ = 0;
  size_t taken_ = 0;
  size_t taken_of_front_ = 0;
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace firn::table
