// SnapshotWriter: what every action that makes a snapshot shares: the snapshot's id, its manifest
// list, the updates that add it to the table.
//
// Errors: kInvalidArgument where the branch is a tag; those of the store. Thread-safety: one thread
// at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_update.h"
#include "table/commit/commit_tools.h"
#include "table/commit/manifest_files.h"
#include "table/commit/manifest_output_internal.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

class SnapshotWriter {
 public:
  SnapshotWriter(std::shared_ptr<storage::ObjectStore> store,
                 SnapshotTarget target,
                 const CommitTools& tools);

  /// The branch's snapshot; main's where the branch is new; null where there is none.
  Result<const iceberg::Snapshot*> Head(const iceberg::TableMetadata& table) const;

  /// For the attempt on `table`; the id stays the same from attempt to attempt.
  Result<ManifestOutput> Begin(iceberg::TableMetadataPtr table);

  /// Stores the manifests and their list.
  Result<std::vector<iceberg::TableUpdate>> Write(const ManifestOutput& output,
                                                  const iceberg::Snapshot* parent,
                                                  std::span<const iceberg::ManifestFile> manifests,
                                                  Operation operation,
                                                  iceberg::SnapshotSummary summary);

  ManifestFiles& files() { return files_; }
  const ManifestFiles& files() const { return files_; }
  const CommitTools& tools() const { return tools_; }
  std::optional<iceberg::SnapshotId> snapshot_id() const { return id_; }
  const std::vector<std::string>& needed_files() const { return needed_; }

 private:
  std::vector<iceberg::TableUpdate> Updates(const iceberg::TableMetadata& table,
                                            iceberg::Snapshot snapshot) const;

  const SnapshotTarget target_;
  const CommitTools& tools_;
  const std::string commit_id_;
  ManifestFiles files_;
  std::optional<iceberg::SnapshotId> id_;
  int32_t attempt_ = 0;
  std::vector<std::string> needed_;
};

}  // namespace firn::table
