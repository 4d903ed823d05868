// CleanMetadata: table metadata files that the table's log no longer names: those beyond
// `write.metadata.previous-versions-max`, where no writer deleted them
// (`write.metadata.delete-after-commit.enabled`), and those of commits that were lost. The current
// file and those of the log stay.
//
// Searched is the folder of the current file and the one that `write.metadata.path` names. Outside
// the table's location a file goes only where it holds the table's uuid: the folder may be that of
// several tables. A file counts only when it is old enough (listed_files.h): it may be the next
// commit's.
//
// Errors: kInvalidArgument as ReadAgeLimit; those of the store.
// Thread-safety: any thread.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "table/maintain/listed_files.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

struct MetadataCleanupOptions {
  RunMode mode = RunMode::kDryRun;
  /// nullopt: kOrphanAgeDefault ago.
  std::optional<TimestampMs> older_than;
  YoungFiles young = YoungFiles::kNever;
};

struct MetadataCleanupReport {
  /// Table metadata files in the folders.
  int64_t files_before = 0;
  int64_t bytes_before = 0;
  int64_t files_after = 0;
  int64_t bytes_after = 0;
  /// Unnamed, but too young.
  int64_t young = 0;
  /// Left: of another table, or unreadable.
  int64_t of_others = 0;
  DeletedFiles deleted;
};

/// `table` says which table; its state is loaded anew.
Result<MetadataCleanupReport> CleanMetadata(const MaintenanceContext& context,
                                            const Table& table,
                                            const MetadataCleanupOptions& options);

}  // namespace firn::table
