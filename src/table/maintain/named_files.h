// NamedFiles: every file that a table's metadata names: what must not be deleted. Grows with the
// table: adding a newer state reads only the snapshots and manifests that are new.
//
// Memory: for a million data and delete files 16 MiB (fingerprint_set.h), as much again with
// PathMatching::kByPath, and a few hundred bytes a manifest; a million files in manifests of 8 MiB
// are some hundred manifests.
//
// Errors: kNotFound where a list or manifest of a snapshot is gone; those of ManifestWalk.
// Thread-safety: one thread at a time; context and store outlive it.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/snapshot.h"
#include "table/maintain/fingerprint_set.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/manifest_walk.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// Which entries of manifests count.
enum class NamedEntries : uint8_t {
  kLive,
  kAll,  ///< Those too that a manifest only remembers as deleted.
};

/// What of a table counts.
enum class NamedScope : uint8_t {
  kEverything,
  kMetadataFiles,  ///< Table metadata alone: no manifest is read.
};

enum class PathMatching : uint8_t {
  kNone,
  kByPath,  ///< NamesPathOf is asked.
};

struct NamedFilesOptions {
  NamedEntries entries = NamedEntries::kLive;
  NamedScope scope = NamedScope::kEverything;
  PathMatching paths = PathMatching::kNone;
};

class NamedFiles {
 public:
  NamedFiles(const MaintenanceContext& context,
             storage::ObjectStore& store,
             const NamedFilesOptions& options)
      : context_(context), walk_(store, context.tools), options_(options) {}

  /// The metadata file itself, its log, and in scope statistics and all that the snapshots name.
  Status AddTable(const Table& table);
  /// What the snapshots name.
  Status AddSnapshots(std::span<const iceberg::SnapshotPtr> snapshots);

  bool Names(std::string_view location) const { return places_.Contains(PlaceOf(location)); }
  /// A file of that path is named, maybe under another scheme or host.
  bool NamesPathOf(std::string_view location) const {
    return by_path_.Contains(PathOfPlace(location));
  }

  const ManifestsByPath& manifests() const { return manifests_; }
  const ManifestWalk& walk() const { return walk_; }
  /// Of all snapshots that were added.
  const TableFootprint& footprint() const { return footprint_; }

 private:
  /// True where it is new.
  bool Add(std::string_view location);
  void AddEntry(const iceberg::ManifestColumns& columns, size_t row);

  const MaintenanceContext& context_;
  const ManifestWalk walk_;
  const NamedFilesOptions options_;
  std::set<iceberg::SnapshotId> snapshots_;
  ManifestsByPath manifests_;
  FingerprintSet places_;
  FingerprintSet by_path_;
  TableFootprint footprint_;
};

/// Of the newest snapshot of the branch, of nothing where it has none; but `snapshots` are all
/// those of the table. Errors: those of HeadOfBranch and ManifestWalk.
Result<TableFootprint> MeasureBranch(const MaintenanceContext& context,
                                     const Table& table,
                                     const std::string& branch);

/// Those of the table, in its order.
std::vector<iceberg::SnapshotPtr> SnapshotsOf(const iceberg::TableMetadata& table);

}  // namespace firn::table
