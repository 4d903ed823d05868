// CommitRemoval: the rows that a filter keeps leave a table, files that were written come, in one
// commit: what DeleteRows and RowReplacement have in common.
//
// Errors: as DeleteRows. Thread-safety: any thread.
#pragma once

#include "base/result.h"
#include "table/table_store.h"
#include "table/write/change_context.h"
#include "table/write/row_deletion.h"
#include "table/write/row_removal.h"

namespace firn::table {

/// `stored` are the files that come. Nothing is committed where there are none and no row matches.
Result<RowDeletion> CommitRemoval(const ChangeContext& context,
                                  const Table& table,
                                  const RowDeletionRequest& request,
                                  StoredFiles& stored);

}  // namespace firn::table
