// FileScan: the data files of a scan, planned whole, each read by whoever asks, when and as often
// as they ask. What reads a table in several passes, or in an order of its own; TableScan is the
// stream for everybody else.
//
// Files are numbered by data sequence number, then path: a numbering that only the snapshot and the
// filter decide. Memory: the plan's tasks, loaded deletes (ScanContext::delete_bytes).
//
// Errors: those of TableScan. Thread-safety: Read from many threads, each reader used by one;
// row_groups when no file is being opened. What the context names outlives the scan.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/pages/row_ranges.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/read/delete_cache.h"
#include "table/plan/scan_planner.h"
#include "table/scan/file_queue.h"
#include "table/scan/file_spans.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::table {

/// A part of a file that is worth a thread of its own.
struct ScanUnit {
  uint32_t file = 0;
  FileSpan span;
};

/// The columns that a pass over the files reads, and how.
struct FilePass {
  /// scan_columns.h; at least one.
  std::vector<std::string> columns;
  columnar::RowFilter filter = columnar::RowFilter::kExact;
};

class FileScan {
 public:
  static Result<std::unique_ptr<FileScan>> Open(const ScanContext& context,
                                                const Table& table,
                                                const ScanRequest& request);

  const ScanPlan& plan() const { return plan_; }
  size_t size() const { return files_.size(); }
  std::string_view path(size_t file) const { return files_[file].path; }
  int64_t record_count(size_t file) const;
  /// True where no row of the file is deleted.
  bool is_direct(size_t file) const { return files_[file].scan.file().deletes.empty(); }

  /// All files, in their order, in spans of about `bytes`.
  std::vector<ScanUnit> Units(int64_t bytes) const;

  /// The first rows of the file's row groups; empty while nobody has read of it.
  std::span<const int64_t> row_groups(size_t file) const { return files_[file].row_groups; }

  /// What Read of that pass reads of every file.
  Result<columnar::ReadRequest> RequestOf(const FilePass& pass) const;
  /// The rows of the unit that live; of kPruneOnly also such as do not match.
  Result<std::unique_ptr<columnar::DataFileReader>> Read(const ScanUnit& unit,
                                                         const columnar::ReadRequest& request);
  /// `rows` of file number `file` < size(), and others beside them; deleted ones too.
  Result<std::unique_ptr<columnar::DataFileReader>> ReadWithDeleted(
      size_t file, const columnar::RowRanges& rows, const columnar::ReadRequest& request);

 private:
  struct File {
    ScanFile scan;
    iceberg::SequenceNumber sequence_number;
    std::string path;
    std::vector<int64_t> row_groups;
  };

  FileScan(const ScanContext& context, const Table& table, ScanPlan plan);
  Status PlanFiles();

  const ScanContext context_;
  const std::shared_ptr<storage::ObjectStore> store_;
  const ScanPlan plan_;
  const columnar::ReadContext read_;
  columnar::DeleteCache deletes_;
  /// Of the row groups of files.
  std::mutex mutex_;
  std::vector<File> files_;
};

}  // namespace firn::table
