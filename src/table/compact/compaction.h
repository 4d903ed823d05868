// Compact: the data files of a branch that are too small, too large, hold too many deleted rows or
// are not sorted are written anew (compaction_options.h, compaction_plan.h), by the table's schema
// and default spec of now, and committed as snapshots `replace`. The table's rows stay the same.
//
// Conflicts: a commit that removed one of the files, or added position deletes or vectors for one,
// came first: this one is lost, and repeating it plans anew. Appends are rebased on. Equality
// deletes that come meanwhile apply to the new files, which are as old as the snapshot that was
// read; not where files move to another spec, or with RewrittenAge::kNew: there they conflict.
//
// Nothing is left behind by what fails or is lost, but where the outcome of a commit is unknown.
// After the commits deletes that touch nothing any more leave too (table/maintain's
// dangling_deletes.h), in one more; that it fails is in the report.
//
// A dry run is all of that but the rows: their files are foretold (foretold_files.h), and the
// commits tried on a rehearsal.
//
// Errors: kInvalidArgument for options, properties and filters that do not fit; kCommitConflict,
// kCommitStateUnknown as CommitAction says; those of reading and writing. With several commits only
// where none came through; the report has the last of the others.
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "table/compact/compaction_options.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::table {

/// All outlive the compaction.
struct CompactionContext {
  const MaintenanceContext& maintenance;
  const ScanContext& scan;
};

struct CompactionReport {
  /// As the last commit left it; as it was in a dry run, or where nothing is to be done.
  Table table;
  int64_t groups = 0;
  int64_t rewritten_files = 0;
  int64_t rewritten_bytes = 0;
  /// Delete files of those, each once for every file it touches.
  int64_t applied_deletes = 0;
  /// Groups that move to the default spec: each becomes a file for each of its partitions at least,
  /// and how many those are its rows alone tell.
  int64_t moved_groups = 0;
  int64_t added_files = 0;
  int64_t added_bytes = 0;
  /// Left: not Parquet.
  int64_t unreadable_files = 0;
  int64_t commits = 0;
  int64_t dangling_deletes = 0;
  /// Groups that were not rewritten, or whose commit was lost, and why the last of them was not.
  int64_t failed_groups = 0;
  std::optional<Error> last_failure;
  /// Of the branch's head; the snapshots are those of the table.
  TableFootprint before;
  TableFootprint after;
  /// False in a dry run where it cannot be known without reading rows how many files, or manifests,
  /// a run adds: those figures are about right. What its files weigh is never known before.
  bool files_known = true;
  bool manifests_known = true;
  bool bytes_known = true;
};

Result<CompactionReport> Compact(const CompactionContext& context,
                                 const Table& table,
                                 const CompactionOptions& options);

}  // namespace firn::table
