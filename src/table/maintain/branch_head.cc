#include "table/maintain/branch_head.h"

namespace firn::table {

Result<const iceberg::Snapshot*> HeadOfBranch(const iceberg::TableMetadata& table,
                                              const std::string& branch) {
  const iceberg::SnapshotRef* ref = table.FindRef(branch);
  if (ref == nullptr && branch != iceberg::kMainBranch) {
    return Error(ErrorCode::kNotFound, "The table has no branch " + branch);
  }
  if (ref != nullptr && !ref->is_branch()) {
    return Error(ErrorCode::kInvalidArgument, branch + " is a tag, not a branch");
  }
  return ref == nullptr ? table.current_snapshot() : table.FindSnapshot(ref->snapshot_id);
}

}  // namespace firn::table
