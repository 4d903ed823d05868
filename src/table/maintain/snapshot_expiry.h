// ExpireSnapshots: snapshots and refs that have had their time (snapshot_retention.h) leave a
// table, in one commit, and then the files that no snapshot of it names any more: data and delete
// files, manifests, manifest lists, statistics. Source: specification, "Snapshot Retention Policy".
//
// The commit requires that no ref has moved; where one has, what goes is chosen anew. Files are
// deleted only where the commit is proven to have happened: after kCommitStateUnknown none. What is
// still in use is read from the table as the commit left it, and again before each batch
// (file_deletion.h). A file counts as in use while a live entry of a snapshot that stays names it.
//
// Snapshots that another writer stages or tags meanwhile stay: Firn's server, and Firn where it
// writes the metadata itself, refuses to remove the snapshot of a ref that the commit does not name
// (apply_updates.h), and what goes is chosen anew. A REST catalog of another make may take a ref
// along that was made in the same moment: no requirement can speak of refs that nobody has seen.
//
// Memory: named_files.h for what stays, as much for what goes, and a few manifests at a time.
//
// Errors: kInvalidArgument where `gc.enabled` is false, and those of SelectExpired; of CommitAction
// and ManifestWalk. What fails after the commit is in the report.
// Thread-safety: any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "table/maintain/file_deletion.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/snapshot_retention.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// What happens to the files of snapshots that go.
enum class FileCleanup : uint8_t {
  kDelete,
  kKeep,  ///< Only metadata changes; the files become orphans.
};

/// Whether schemas and partition specs that nothing uses any more go too. Of a column that was
/// dropped a schema that has it stays: what was written before may name it.
enum class UnusedStructure : uint8_t { kKeep, kRemove };

struct ExpiryOptions {
  RunMode mode = RunMode::kDryRun;
  RetentionOptions retention;
  FileCleanup cleanup = FileCleanup::kDelete;
  OutsideFiles outside = OutsideFiles::kLeave;
  UnusedStructure structure = UnusedStructure::kKeep;
};

struct ExpiryReport {
  /// As the commit left it; as it was in a dry run, or where nothing goes.
  Table table;
  Expired expired;
  std::vector<iceberg::SchemaId> schemas;
  std::vector<iceberg::SpecId> specs;
  /// Of all snapshots together.
  TableFootprint before;
  TableFootprint after;
  DeletedFiles deleted;
};

Result<ExpiryReport> ExpireSnapshots(const MaintenanceContext& context,
                                     const Table& table,
                                     const ExpiryOptions& options);

}  // namespace firn::table
