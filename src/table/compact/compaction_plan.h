// CompactionPlan: which data files of a branch are rewritten together. Files of one partition of
// the default spec make groups, and so do all files of other specs, which move to the default one.
// Source: the reference implementation's bin-pack rules.
//
// - A file is a candidate where it does not fit the sizes, has too many deletes, is not sorted as
//   it should be, or all are.
// - Candidates, oldest rows first (by age, then path), are packed into groups of at most
//   max_group_bytes.
// - A group is rewritten where one of its files is too large, has too many deletes or moves; else
//   where it has min_input_files files (two at least) or more than the target, and would become
//   fewer files or is to be sorted.
//
// Files that are not Parquet are left.
// Memory: the plan's decoded manifests that hold candidates. Errors: those of ScanPlan and of the
// options. Thread-safety: immutable; what the context names outlives it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/ids.h"
#include "table/compact/compaction_options.h"
#include "table/plan/scan_planner.h"
#include "table/scan/file_queue.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::table {

struct FileGroup {
  /// Whether the files are of the default spec; then they are of one partition.
  bool of_default_spec = true;
  /// In the order in which their rows are written.
  std::vector<ScanFile> files;
  int64_t bytes = 0;
  int64_t delete_files = 0;
  /// Rows that live by the deletes that name their file, and their share of the bytes.
  int64_t live_rows = 0;
  int64_t live_bytes = 0;
  /// Rows that live whatever the deletes hold: between these.
  int64_t least_live_rows = 0;
  int64_t most_live_rows = 0;
  /// What an output file should grow to.
  int64_t output_bytes = 0;
  /// Rows of an output file, for outputs of equal size; nullopt where rows move: then only bytes
  /// count.
  std::optional<int64_t> output_rows;
  /// Outputs, about.
  int64_t expected_files = 0;
};

struct CompactionPlan {
  static Result<CompactionPlan> Make(const ScanContext& context,
                                     const Table& table,
                                     const CompactionOptions& options);

  ScanPlan scan;
  std::vector<FileGroup> groups;
  /// Candidates that no reader here can read.
  int64_t unreadable_files = 0;

  int64_t files() const;
  int64_t bytes() const;
};

}  // namespace firn::table
