// CommitFiles: data and delete files that the caller wrote become a snapshot. Where it is proven
// that nothing was committed, they are deleted.
//
// Errors: those of CommitAction. Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/commit/commit_tools.h"
#include "table/commit/snapshot_change.h"
#include "table/table_store.h"

namespace firn::table {

/// How a change of rows is committed.
struct PublishOptions {
  SnapshotTarget target;
  ManifestMerging merging = ManifestMerging::kByProperties;
  /// First in the snapshot's summary.
  std::vector<std::pair<std::string, std::string>> summary;
};

/// `table` is the table that the change was made from.
Result<Table> CommitFiles(TableStore& catalog,
                          const Table& table,
                          SnapshotChange change,
                          const PublishOptions& options,
                          const CommitTools& tools);

/// The head of the branch that is written to: of main where the branch is yet to be made; nullopt
/// where there is nothing.
std::optional<iceberg::SnapshotId> HeadOf(const iceberg::TableMetadata& table,
                                          const std::string& branch);

}  // namespace firn::table
