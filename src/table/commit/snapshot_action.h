// SnapshotAction: makes a snapshot out of a SnapshotChange: filters and merges the manifests of the
// branch's head, writes new ones and the manifest list, and yields add-snapshot and
// set-snapshot-ref. A retry writes again only what depends on the new base. Source: specification,
// "Snapshots", "Manifests", "Commit Conflict Resolution and Retry".
//
// Errors: kCommitConflict where a check of the change fails or a file to remove is gone;
// kInvalidArgument for files that the table cannot hold; those of reading and writing.
// Thread-safety: one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/commit/action.h"
#include "table/commit/commit_tools.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

class SnapshotAction final : public Action {
 public:
  /// `tools` must outlive the action; the files are written where `table`'s are.
  SnapshotAction(const Table& table,
                 SnapshotChange change,
                 SnapshotTarget target,
                 const CommitTools& tools);
  ~SnapshotAction() override;

  Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) override;
  std::vector<std::string> written_files() const override;
  std::vector<std::string> needed_files() const override;
  std::optional<iceberg::SnapshotId> snapshot_id() const override;

 private:
  class Producer;

  std::unique_ptr<Producer> producer_;
};

}  // namespace firn::table
