#include <utility>

#include "table/commit/operations.h"
#include "table/write/matched_rows.h"
#include "table/write/removal_commit_internal.h"
#include "table/write/row_matcher.h"

namespace firn::table {

Result<RowDeletion> CommitRemoval(const ChangeContext& context,
                                  const Table& table,
                                  const RowDeletionRequest& request,
                                  StoredFiles& stored) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  const std::string& branch = request.publish.target.branch;
  ASSIGN_OR_RETURN(const RowDeletionMode mode,
                   ChooseRowDeletionMode(metadata, "delete", request.mode));
  ReadState read{.snapshot = HeadOf(metadata, branch)};
  ASSIGN_OR_RETURN(read.isolation, ReadIsolationLevel(*metadata.properties, "delete"));
  const ScanRequest scan{.scan = ScanOfBranch(metadata, branch),
                         .filter = request.filter,
                         .names = request.names,
                         .schema = ScanSchema::kTable};
  ASSIGN_OR_RETURN(ScanPlan plan,
                   ScanPlan::Begin(context.scan.plan_context(*table.files), table.metadata, scan));
  read.filter = MatchRows(metadata, plan.filter());
  ASSIGN_OR_RETURN(MatchedRows matched,
                   MatchedRows::Find(context.scan, table, plan, {.whole = read.filter}));

  RowDeletion deletion{.table = table, .counts = {}};
  if (matched.files().empty() && stored.empty()) {
    return deletion;
  }
  ASSIGN_OR_RETURN(RowRemoval removal, RemoveRows(table, matched, mode, stored));
  deletion.counts = removal.counts;
  SnapshotChange change = RemovalChange(mode, stored.Release(), std::move(removal), read);
  ASSIGN_OR_RETURN(deletion.table, CommitFiles(context.catalog, table, std::move(change),
                                               request.publish, context.tools));
  return deletion;
}

}  // namespace firn::table
