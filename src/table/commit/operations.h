// The operations on a table's files as SnapshotChange values: which files come and go, what the
// snapshot is called, what is checked at which isolation level. What each checks is as in the
// reference implementation.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_properties.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

/// Source: table properties `write.{delete,update,merge}.isolation-level`.
enum class IsolationLevel : uint8_t {
  kSerializable,  ///< As if nobody else had committed since the read.
  kSnapshot,      ///< New data may come, even such as the filter would have matched.
};

/// `command`: `delete`, `update` or `merge`. Errors: kInvalidArgument for another level.
Result<IsolationLevel> ReadIsolationLevel(const iceberg::PropertyMap& properties,
                                          std::string_view command);

/// What a change was computed from.
struct ReadState {
  /// The branch's snapshot that was read; nullopt: it was empty.
  std::optional<iceberg::SnapshotId> snapshot;
  IsolationLevel isolation = IsolationLevel::kSerializable;
  /// What was read; null: everything.
  FileMatcherPtr filter;
};

/// Adds data files; never conflicts.
SnapshotChange Append(std::vector<AddedFile> files, ManifestMerging merging);

/// Removes data files; each must be there.
SnapshotChange DeleteFiles(std::vector<FileKey> files);
/// Removes what matches wholly. Deletes of nothing are committed too.
SnapshotChange DeleteMatching(FileMatcherPtr matcher);

/// Copy on write: `removed` data files, some of whose rows are in `added`.
SnapshotChange Overwrite(std::vector<AddedFile> added,
                         std::vector<FileKey> removed,
                         const ReadState& read);
/// Replaces what matches wholly.
SnapshotChange OverwriteMatching(std::vector<AddedFile> added,
                                 FileMatcherPtr matcher,
                                 const ReadState& read);
/// Dynamic partition overwrite: every partition that `added` has files in is replaced. Files of
/// other partition specs stay.
SnapshotChange ReplacePartitions(std::vector<AddedFile> added, const ReadState& read);
/// The same of an unpartitioned spec: everything is replaced, of whatever spec it is.
SnapshotChange ReplaceTable(std::vector<AddedFile> added, const ReadState& read);

/// What a row delta changes.
struct RowChanges {
  /// Data and delete files.
  std::vector<AddedFile> added;
  /// Paths of the data files that position deletes in `added` touch, those excepted that the delete
  /// file itself names as its only one: a rewrite of them meanwhile is a conflict.
  std::vector<std::string> marked_data = {};
  std::vector<FileKey> removed_data;
  std::vector<FileKey> removed_deletes;
};

/// Merge on read: delete files and vectors, beside data files. Older vectors of the same data files
/// are replaced.
SnapshotChange RowDelta(RowChanges changes, const ReadState& read);

/// What a rewrite puts in the place of what.
struct Rewritten {
  std::vector<AddedFile> added;
  std::vector<FileKey> removed_data;
  std::vector<FileKey> removed_deletes;
};

/// Compaction: the same rows in other files. Added data files should carry the sequence number that
/// they were read at, so that equality deletes committed meanwhile apply.
SnapshotChange Rewrite(Rewritten files, const ReadState& read);

}  // namespace firn::table
