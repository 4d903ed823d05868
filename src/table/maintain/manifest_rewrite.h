// RewriteManifests: the manifests of a branch joined and ordered by partition, up to the size that
// `commit.manifest.target-size-bytes` says, in one snapshot `replace` (table/commit's
// manifest_rewrite_action.h, which says what conflicts). A dry run orders the manifests too, in
// memory (rehearsal.h): its figures are those of a run.
//
// Errors: kCommitConflict where another change took a manifest away, repeating helps; kNotFound for
// a branch or spec that the table does not have; those of CommitAction and ManifestWalk. Nothing is
// left behind by an error but where the outcome is unknown. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// Which manifests are rewritten, of each spec and content for itself.
enum class ManifestChoice : uint8_t {
  /// Those below half and above twice the target size, where there are two at least or a large one.
  kMisfits,
  kAll,  ///< Every one, so that all entries are ordered anew.
};

struct ManifestRewriteOptions {
  RunMode mode = RunMode::kDryRun;
  ManifestChoice choice = ManifestChoice::kMisfits;
  /// Only those of the spec.
  std::optional<iceberg::SpecId> spec;
  std::string branch{iceberg::kMainBranch};
};

struct ManifestRewriteReport {
  /// As the commit left it; as it was in a dry run, or where nothing is to be done.
  Table table;
  int64_t replaced = 0;
  int64_t created = 0;
  int64_t entries = 0;
  /// Of the branch's head; the snapshots are those of the table.
  TableFootprint before;
  TableFootprint after;
};

Result<ManifestRewriteReport> RewriteManifests(const MaintenanceContext& context,
                                               const Table& table,
                                               const ManifestRewriteOptions& options);

}  // namespace firn::table
