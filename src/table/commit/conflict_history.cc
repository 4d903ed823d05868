#include <algorithm>
#include <utility>

#include "iceberg/metadata/snapshot_line.h"
#include "table/commit/conflict_history_internal.h"

namespace firn::table {

Result<ConflictHistory> ConflictHistory::Make(const iceberg::TableMetadata& table,
                                              const iceberg::Snapshot* head,
                                              std::optional<iceberg::SnapshotId> since,
                                              ManifestFiles& files) {
  ConflictHistory history(files);
  for (iceberg::SnapshotLine line(table, head); const iceberg::Snapshot* snapshot = line.Next();) {
    if (snapshot->id == since) {
      return history;
    }
    history.snapshots_.push_back(snapshot);
  }
  if (since.has_value()) {
    return Error(ErrorCode::kCommitConflict, "Cannot determine history between starting snapshot " +
                                                 std::to_string(since->value()) +
                                                 " and the branch: it is no ancestor");
  }
  return history;
}

Status ConflictHistory::ForEach(const HistoryQuery& query,
                                const std::function<Status(const HistoryEntry&)>& visit) const {
  std::vector<iceberg::ManifestFile> manifests;
  for (const iceberg::Snapshot* snapshot : snapshots_) {
    if (snapshot->operation.has_value() &&
        std::ranges::find(query.operations, *snapshot->operation) == query.operations.end()) {
      continue;
    }
    ASSIGN_OR_RETURN(std::vector<iceberg::ManifestFile> list, files_.List(snapshot));
    std::ranges::copy_if(
        list, std::back_inserter(manifests), [&](const iceberg::ManifestFile& manifest) {
          return manifest.added_snapshot_id == snapshot->id && manifest.content == query.content &&
                 (query.filter == nullptr || query.filter->MayMatch(manifest));
        });
  }
  ASSIGN_OR_RETURN(auto all, files_.EntriesOf(manifests));
  std::set<iceberg::SnapshotId> ids;
  for (const iceberg::Snapshot* snapshot : snapshots_) {
    ids.insert(snapshot->id);
  }
  for (size_t i = 0; i < manifests.size(); ++i) {
    for (iceberg::ManifestEntry& entry : all[i]) {
      if (entry.status != query.status || !ids.contains(entry.snapshot_id)) {
        continue;
      }
      if (query.filter != nullptr) {
        ASSIGN_OR_RETURN(FileMatch match, query.filter->Match(entry.file, manifests[i].spec_id));
        if (match == FileMatch::kNone) {
          continue;
        }
      }
      RETURN_IF_ERROR(visit({std::move(entry), manifests[i].spec_id}));
    }
  }
  return {};
}

}  // namespace firn::table
