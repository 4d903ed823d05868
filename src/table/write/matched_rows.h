// MatchedRows: the live rows of a snapshot that a filter keeps, or that have given keys, as
// positions in data files: what a delete or an upsert takes out. Files of which metadata tells that
// all rows match are not read.
//
// Memory: the plan's manifests that hold matching files, and the positions found (compressed).
// Errors: those of planning and reading. Thread-safety: one thread at a time; what it is made of
// outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/deletes/equality_delete_set.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/read/delete_cache.h"
#include "iceberg/manifest/puffin/deletion_vector.h"
#include "table/commit/file_matcher.h"
#include "table/plan/scan_planner.h"
#include "table/scan/file_queue.h"
#include "table/scan/table_scan.h"

namespace firn::table {

/// Keys whose rows match.
struct KeyProbe {
  /// What a file is read with: the key columns, structs above them.
  std::vector<iceberg::NestedField> columns;
  std::shared_ptr<const columnar::EqualityDeleteSet> keys;
};

/// What matches: the rows that the plan's filter keeps and, with `keys`, that have one of the keys.
struct RowCriteria {
  /// Of the plan's filter: files that match whole are not read. Null: every file is read.
  FileMatcherPtr whole;
  std::optional<KeyProbe> keys;
};

/// A data file with rows that match.
struct MatchedFile {
  ScanFile file;
  columnar::FileToRead read;
  /// Every row that lives.
  bool all = false;
  /// Else these: live rows that match, one at least.
  iceberg::DeletionVector rows;
};

class MatchedRows {
 public:
  static Result<MatchedRows> Find(const ScanContext& context,
                                  const Table& table,
                                  const ScanPlan& plan,
                                  const RowCriteria& criteria);

  /// In the plan's order.
  const std::vector<MatchedFile>& files() const { return files_; }

  /// What is deleted of the file already.
  Result<columnar::FileDeletes> DeletesOf(const ScanFile& file) const;
  /// The file's positions that are deleted already, and those that match.
  Result<iceberg::DeletionVector> DeletedWith(const MatchedFile& file) const;
  /// The rows of the file that live and do not match, with these columns.
  Result<std::unique_ptr<columnar::DataFileReader>> OpenRest(
      const MatchedFile& file, const std::vector<iceberg::NestedField>& columns) const;

 private:
  MatchedRows(const ScanContext& context, const Table& table, const ScanPlan& plan);

  Result<std::vector<MatchedFile>> Plan(const FileMatcher* whole) const;
  Status FindRows(MatchedFile& file, const RowCriteria& criteria) const;

  const ScanPlan& plan_;
  columnar::ReadContext context_;
  size_t readers_;
  columnar::ReadRequest request_;
  std::unique_ptr<columnar::DeleteCache> deletes_;
  std::vector<MatchedFile> files_;
};

/// The head of the branch; where it is yet to be made, that of main.
SnapshotScan ScanOfBranch(const iceberg::TableMetadata& table, const std::string& branch);

}  // namespace firn::table
