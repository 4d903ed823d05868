// CommitAction: commits an action: prepare, commit, and after a lost race load, prepare anew and
// commit again, as often as the table's `commit.retry.*` properties allow.
//
// A table that has the action's snapshot when it is loaded again proves the commit, whatever was
// said of it: what lies between may send a request twice and pass on the second answer, a conflict
// with the first.
//
// Files: after a success what earlier attempts wrote and the last does not need is deleted, unless
// an earlier attempt was the one that succeeded; after an error that proves that nothing was
// committed, all that was written; after kCommitStateUnknown nothing, for the commit may stand
// (ruling C-1). Deleting is done as well as it goes: what it leaves is found by the orphan job.
//
// Errors: those of the action (not repeated); kCommitConflict where every attempt lost its race;
// kCommitStateUnknown; others of the TableStore.
// Thread-safety: any thread; an action is used by one call at a time.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "table/commit/action.h"
#include "table/commit/commit_tools.h"
#include "table/table_store.h"

namespace firn::table {

struct CommitOptions {
  /// Files that the caller wrote for this commit alone, such as its data files: deleted with the
  /// action's own where it is proven that nothing was committed.
  std::span<const std::string> files_of_caller;
};

/// True where the error of a commit proves that it did not happen: its files may go.
bool ProvesNothingCommitted(ErrorCode code);

/// `start` is the table as the caller knows it: the first attempt builds on it without loading.
/// Returns the table as the commit left it; `start` where there was nothing to do.
Result<Table> CommitAction(TableStore& store,
                           const Table& start,
                           Action& action,
                           const CommitTools& tools,
                           const CommitOptions& options = {});

}  // namespace firn::table
