// RowRemoval: rows that were found (matched_rows.h) leave their files: whole files go, others are
// rewritten without the rows (copy on write), or the rows are marked (merge on read): by position
// delete files in tables of version 2, by deletion vectors from version 3 on. Source: Iceberg
// specification, "Delete Formats", "Row Lineage"; table properties `write.{command}.mode`.
//
// Files are written here, not committed. Errors: those of reading, writing and the store.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_change.h"
#include "table/table_store.h"
#include "table/write/matched_rows.h"

namespace firn::table {

/// How rows are taken out of files that keep others.
enum class RowDeletionMode : uint8_t { kCopyOnWrite, kMergeOnRead };

/// `wanted`, else what the table's property `write.{command}.mode` says; `command`: `delete`,
/// `update` or `merge`. Tables of version 1 know copy on write alone, whatever the property says.
/// Errors: kInvalidArgument for another mode, or merge on read for version 1.
Result<RowDeletionMode> ChooseRowDeletionMode(const iceberg::TableMetadata& table,
                                              std::string_view command,
                                              std::optional<RowDeletionMode> wanted);

/// Files in the store that are deleted unless they are handed over.
class StoredFiles {
 public:
  explicit StoredFiles(storage::ObjectStore& store) : store_(store) {}
  ~StoredFiles();
  StoredFiles(const StoredFiles&) = delete;
  StoredFiles& operator=(const StoredFiles&) = delete;

  bool empty() const { return files_.empty(); }
  void Add(std::vector<iceberg::DataFile> files, iceberg::SpecId spec);
  std::vector<AddedFile> Release();

 private:
  storage::ObjectStore& store_;
  std::vector<AddedFile> files_;
};

struct RemovalCounts {
  int64_t dropped_files = 0;
  int64_t rewritten_files = 0;
  int64_t marked_files = 0;
};

/// The data files that rows are taken out of.
struct RowRemoval {
  RemovalCounts counts;
  /// Those that go.
  std::vector<FileKey> removed;
  /// Paths of those that stay, some of their rows deleted.
  std::vector<std::string> marked;
};

/// Writes what takes the matched rows out of `table` into `stored`.
Result<RowRemoval> RemoveRows(const Table& table,
                              const MatchedRows& matched,
                              RowDeletionMode mode,
                              StoredFiles& stored);

/// What the files of RemoveRows, and data files beside them, change.
SnapshotChange RemovalChange(RowDeletionMode mode,
                             std::vector<AddedFile> added,
                             RowRemoval removal,
                             const ReadState& read);

}  // namespace firn::table
