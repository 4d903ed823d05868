#include "table/write/commit_files.h"

#include "table/commit/commit_action.h"
#include "table/commit/snapshot_action.h"

namespace firn::table {

Result<Table> CommitFiles(TableStore& catalog,
                          const Table& table,
                          SnapshotChange change,
                          const PublishOptions& options,
                          const CommitTools& tools) {
  std::vector<std::string> paths;
  for (const AddedFile& added : change.added) {
    paths.push_back(added.file.path);
  }
  change.merging = options.merging;
  change.summary.insert(change.summary.begin(), options.summary.begin(), options.summary.end());
  SnapshotAction action(table, std::move(change), options.target, tools);
  return CommitAction(catalog, table, action, tools, {.files_of_caller = paths});
}

std::optional<iceberg::SnapshotId> HeadOf(const iceberg::TableMetadata& table,
                                          const std::string& branch) {
  const iceberg::SnapshotRef* ref = table.FindRef(branch);
  return ref == nullptr ? table.current_snapshot_id : std::optional(ref->snapshot_id);
}

}  // namespace firn::table
