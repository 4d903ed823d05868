// ManifestRewriteAction: the files of a branch in other manifests, ordered by partition, so that
// the partition summaries of each exclude more. Yields a snapshot `replace` with the same files:
// each entry keeps its snapshot, sequence numbers and row id; what a manifest only remembers as
// deleted is left out. Source: specification, "Manifests", "Snapshots"; table property
// `commit.manifest.target-size-bytes`.
//
// On a newer base manifests that came meanwhile are kept, and nothing is written but the list.
// Where one of the replaced manifests is gone, because files in it were removed or it was merged,
// another change came first.
//
// Memory: the entries of kMaxGroupBytes of manifests as stored, about five times that.
// Errors: kCommitConflict as said, and where the table's format version changed meanwhile; those of
// reading and writing manifests. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/commit/action.h"
#include "table/commit/commit_tools.h"
#include "table/commit/snapshot_change.h"

namespace firn::table {

struct ManifestRewrite {
  /// Of the branch's head.
  std::vector<std::string> manifests;
  SnapshotTarget target;
  std::vector<std::pair<std::string, std::string>> summary;
};

class ManifestRewriteAction final : public Action {
 public:
  /// Manifests whose entries are ordered together; more are ordered in several groups.
  static constexpr int64_t kMaxGroupBytes = int64_t{64} << 20;

  /// `tools` must outlive the action; the manifests are written where `table`'s files are.
  ManifestRewriteAction(const Table& table, ManifestRewrite rewrite, const CommitTools& tools);
  ~ManifestRewriteAction() override;

  Result<std::vector<iceberg::TableUpdate>> Prepare(const Table& base) override;
  std::vector<std::string> written_files() const override;
  std::vector<std::string> needed_files() const override;
  std::optional<iceberg::SnapshotId> snapshot_id() const override;

  /// Of the last Prepare.
  int64_t created_manifests() const;
  int64_t processed_entries() const;

 private:
  class Producer;

  std::unique_ptr<Producer> producer_;
};

}  // namespace firn::table
