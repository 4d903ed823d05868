#include "table/write/row_deletion.h"

#include "table/write/removal_commit_internal.h"

namespace firn::table {

Result<RowDeletion> DeleteRows(const ChangeContext& context,
                               const Table& table,
                               const RowDeletionRequest& request) {
  StoredFiles none(*table.files);
  return CommitRemoval(context, table, request, none);
}

}  // namespace firn::table
