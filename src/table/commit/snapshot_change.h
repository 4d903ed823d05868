// SnapshotChange: what a new snapshot adds to a table and takes from it, and what must not have
// happened meanwhile, as data. Made by operations.h, carried out by snapshot_action.h.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/metadata/snapshot_ref.h"
#include "iceberg/schema/ids.h"
#include "table/commit/file_matcher.h"

namespace firn::table {

/// A data or delete file that the snapshot adds.
struct AddedFile {
  iceberg::DataFile file;
  iceberg::SpecId spec_id;
  /// The age of its rows, where a rewrite keeps it; nullopt: the snapshot's own.
  std::optional<iceberg::SequenceNumber> sequence_number;
};

/// A file of the table, by what makes it one: deletion vectors share a Puffin file.
struct FileKey {
  std::string path;
  /// Deletion vectors only.
  std::optional<int64_t> content_offset;

  friend auto operator<=>(const FileKey&, const FileKey&) = default;
};

FileKey KeyOf(const iceberg::DataFile& file);

/// What the snapshot's summary calls it. Source: specification, "Snapshots", `operation`.
enum class Operation : uint8_t { kAppend, kReplace, kOverwrite, kDelete };

std::string_view ToString(Operation operation);

/// Whether new manifests are joined with old ones (`commit.manifest-merge.*`) or stand alone.
enum class ManifestMerging : uint8_t { kNever, kByProperties };

/// Whether a branch moves to the snapshot.
enum class Publication : uint8_t {
  kPublish,
  kStage,  ///< Only the snapshot is added: write-audit-publish.
};

/// What must not have been committed since the table was read. Nothing is checked by default.
struct ConflictChecks {
  /// The snapshot that the change was made from; nullopt: the branch was empty.
  std::optional<iceberg::SnapshotId> since;
  /// The files that count; null: all.
  FileMatcherPtr filter;
  /// Data files added that match: serialisable isolation.
  bool refuse_new_data = false;
  /// Delete files added that match.
  bool refuse_new_deletes = false;
  /// Data files removed that match.
  bool refuse_removed_data = false;
  /// Deletes added that touch a data file which this change removes.
  bool refuse_deletes_of_removed = false;
  /// As before, but equality deletes may come: the rewritten rows keep their age, so they apply.
  bool allow_equality_deletes_of_removed = false;
  /// Deletion vectors added for a file that this change gives one.
  bool refuse_new_vectors = false;
  /// Data files that must still be there: those that new position deletes or vectors name.
  std::vector<std::string> required_files;
  /// With it a required file may have been deleted by an operation `delete` (its rows are gone
  /// either way), but not been rewritten.
  bool required_may_be_deleted = false;
};

struct SnapshotChange {
  Operation operation = Operation::kAppend;
  std::vector<AddedFile> added;
  /// Must be there, else kCommitConflict.
  std::vector<FileKey> removed_data;
  /// Must be there, else kCommitConflict.
  std::vector<FileKey> removed_deletes;
  /// Files that match wholly are removed, delete files among them; one that may match in part is
  /// kInvalidArgument.
  FileMatcherPtr removed_matching;
  /// Older deletion vectors of the files for which vectors are added go: the new ones hold their
  /// positions too.
  bool supersede_vectors = false;
  ConflictChecks checks;
  ManifestMerging merging = ManifestMerging::kNever;
  /// Summary pairs of the caller, first in the summary.
  std::vector<std::pair<std::string, std::string>> summary;
};

struct SnapshotTarget {
  /// Made where it is missing, on what main has.
  std::string branch{iceberg::kMainBranch};
  Publication publication = Publication::kPublish;
};

}  // namespace firn::table
