// RemoveDanglingDeletes: delete files of a branch that can touch no row any more leave it, in one
// snapshot `replace`. What compaction leaves behind: its new files are younger than the deletes
// that it folded in. Source: specification, "Scan Planning" (which deletes apply).
//
// Only what is proven to touch nothing:
// - a deletion vector or position delete file that names a data file which is gone or younger;
// - another position delete file, where every data file of its partition is younger, or was
//   committed after it, and so cannot be one that it names;
// - an equality delete file, where no data file of its partition, or of the table where its spec is
//   unpartitioned, is older.
//
// Others' commits make none of it untrue: new rows are younger, and files that a rewrite puts in
// with an older age take the place of files that are as old, of which the delete was not dangling.
//
// Memory: the entries of delete files, and a few manifests at a time.
// Errors: kCommitConflict where another commit removed one of the files; those of CommitAction and
// ManifestWalk. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "table/maintain/maintenance.h"
#include "table/table_store.h"

namespace firn::table {

struct DanglingDeletesOptions {
  RunMode mode = RunMode::kDryRun;
  std::string branch{iceberg::kMainBranch};
};

struct DanglingDeletesReport {
  /// As the commit left it; as it was in a dry run, or where there are none.
  Table table;
  int64_t position_delete_files = 0;
  int64_t deletion_vectors = 0;
  int64_t equality_delete_files = 0;

  int64_t removed() const {
    return position_delete_files + deletion_vectors + equality_delete_files;
  }
};

Result<DanglingDeletesReport> RemoveDanglingDeletes(const MaintenanceContext& context,
                                                    const Table& table,
                                                    const DanglingDeletesOptions& options);

}  // namespace firn::table
