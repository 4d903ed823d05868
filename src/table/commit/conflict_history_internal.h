// ConflictHistory: what others committed to a branch since a snapshot: which files they added and
// deleted, read from the manifests that their snapshots wrote.
//
// Errors: kCommitConflict where the snapshot is no ancestor any more; those of reading manifests.
// Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/commit/file_matcher.h"
#include "table/commit/manifest_files.h"

namespace firn::table {

/// Which entries of which snapshots are looked at.
struct HistoryQuery {
  iceberg::ManifestContent content = iceberg::ManifestContent::kData;
  iceberg::EntryStatus status = iceberg::EntryStatus::kAdded;
  /// Operations that can have made them.
  std::vector<std::string_view> operations;
  /// Null: all files.
  const FileMatcher* filter = nullptr;
};

struct HistoryEntry {
  iceberg::ManifestEntry entry;
  iceberg::SpecId spec_id;
};

class ConflictHistory {
 public:
  /// `head`: the branch's snapshot, null where it has none.
  static Result<ConflictHistory> Make(const iceberg::TableMetadata& table,
                                      const iceberg::Snapshot* head,
                                      std::optional<iceberg::SnapshotId> since,
                                      ManifestFiles& files);

  /// Nobody committed.
  bool empty() const { return snapshots_.empty(); }

  /// The entries that match, until `visit` fails.
  Status ForEach(const HistoryQuery& query,
                 const std::function<Status(const HistoryEntry&)>& visit) const;

 private:
  explicit ConflictHistory(ManifestFiles& files) : files_(files) {}

  ManifestFiles& files_;
  /// Newest first.
  std::vector<const iceberg::Snapshot*> snapshots_;
};

}  // namespace firn::table
