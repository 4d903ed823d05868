// FileQueue: the data files of a plan, a manifest at a time, on their way from the one who plans to
// those who read, large ones in parts. Parts are numbered in the order in which they were put.
//
// Limit: manifests that wait; above, planning waits.
// Thread-safety: Put from one thread at a time; Take and Stop from any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "table/plan/scan_planner.h"
#include "table/scan/file_spans.h"

namespace firn::table {

/// One data file to read.
struct ScanFile {
  std::shared_ptr<const ManifestTasks> tasks;
  /// Of `tasks->files`.
  size_t task = 0;

  const FileTask& file() const { return tasks->files[task]; }
};

/// What one reader takes: a file, or a span of it.
struct ScanPart {
  ScanFile file;
  FileSpan span;
  /// The file's first.
  bool opens_file = true;
  /// Among all parts of the scan.
  size_t number = 0;
};

/// The span `within` of the file, in parts of at least `part_bytes` where it can be cut. Those of a
/// manifest's files are added to one `parts`, in their order.
void AppendParts(const ScanFile& file,
                 const FileSpan& within,
                 int64_t part_bytes,
                 std::vector<ScanPart>& parts);

class FileQueue {
 public:
  explicit FileQueue(size_t max_manifests) : max_manifests_(max_manifests) {}

  /// The parts of one manifest, which are numbered now. Waits while the queue is full. False where
  /// nothing is taken any more.
  bool Put(std::vector<ScanPart> parts);
  /// No more comes. Returns how many parts there were.
  size_t Close();
  /// The next part; nullopt where no more comes, or after Stop.
  std::optional<ScanPart> Take();
  void Stop();

 private:
  const size_t max_manifests_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  /// Of each manifest its parts; none is empty.
  std::deque<std::deque<ScanPart>> waiting_;
  /// Put so far.
  size_t parts_ = 0;
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace firn::table
