// RemoveOrphans: files in a table's folders that no metadata of it names: what crashed writers and
// lost commits left. Ruling S-6:
//
// 1. The folders are listed. What is old enough may be an orphan.
// 2. Only then the table is loaded and everything read that it names: its metadata log, statistics,
//    of every snapshot lists, manifests and their entries, those too that are remembered as
//    deleted.
// 3. The folders are listed again. What was there before, is still old enough and is not named is
//    an orphan. Before each batch the table is loaded again (file_deletion.h).
//
// Spellings of one place (`s3`, `s3a`; `file:/`, `file:///`) are one. A file whose path is named
// under another scheme or host is no orphan unless the caller says so: the table may have been
// copied, or be written through another name of its store. `version-hint.text` and what lies in
// hidden folders stays.
//
// Only the table's location is searched. The folders outside it that `write.data.path` and
// `write.metadata.path` name may be those of several tables, and nothing tells which files are
// whose (docs/decisions/0016): they are searched only where the caller says that they are not. A
// folder in the location that holds the metadata of another table refuses everything.
//
// Memory: 16 MiB for a million listed files, and named_files.h.
// Errors: kInvalidArgument where `gc.enabled` is false or the age is less than a day; kConflict for
// another table in the folders; kNotFound where metadata that is named is gone: then nothing was
// deleted. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "table/maintain/listed_files.h"
#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"
#include "table/table_store.h"

namespace firn::table {

/// Folders that properties name, outside the table's location.
enum class OutsideFolders : uint8_t {
  kLeave,
  kSearch,  ///< They are this table's alone.
};

/// Files whose path is named under another scheme or host.
enum class OtherPrefix : uint8_t { kLeave, kDelete };

struct OrphanOptions {
  RunMode mode = RunMode::kDryRun;
  /// nullopt: kOrphanAgeDefault ago.
  std::optional<TimestampMs> older_than;
  YoungFiles young = YoungFiles::kNever;
  OutsideFolders outside = OutsideFolders::kLeave;
  OtherPrefix other_prefix = OtherPrefix::kLeave;
  /// Locations that the report names at most.
  size_t max_named = 1'000;
};

struct OrphanReport {
  std::vector<std::string> folders;
  /// Folders that were left.
  std::vector<std::string> outside_folders;
  int64_t files_before = 0;
  int64_t bytes_before = 0;
  int64_t files_after = 0;
  int64_t bytes_after = 0;
  /// Named nowhere, but too young.
  int64_t young = 0;
  /// Left, named under another scheme or host.
  int64_t other_prefix = 0;
  DeletedFiles deleted;
  /// Orphans, in the order of the listing, up to OrphanOptions::max_named.
  std::vector<std::string> orphans;
  /// Of `other_prefix`, likewise.
  std::vector<std::string> other_prefix_files;
};

/// `table` says which table; its state is loaded anew.
Result<OrphanReport> RemoveOrphans(const MaintenanceContext& context,
                                   const Table& table,
                                   const OrphanOptions& options);

}  // namespace firn::table
