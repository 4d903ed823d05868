// The part of TableMetadataBuilder that changes snapshots, refs and the snapshot log.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/list_items_internal.h"
#include "iceberg/metadata/table_metadata_builder_internal.h"
#include "iceberg/metadata/update_rules_internal.h"

namespace firn::iceberg {
namespace {

/// Tables of this version and later number their rows.
constexpr FormatVersion kRowLineageVersion = 3;
/// What files of v1 and v2 write as current-snapshot-id where there is none.
constexpr SnapshotId kNoSnapshot{-1};

/// Another commit came first: the client can reload, renumber and try again.
Error Stale(std::string_view message) {
  return Error(ErrorCode::kCommitConflict,
               fmt::format("Validation failed, please retry: {}", message));
}

std::vector<SnapshotId> SortedIds(const PrintedList<SnapshotEntry>& snapshots) {
  std::vector<SnapshotId> ids;
  ids.reserve(snapshots.size());
  for (const SnapshotEntry& entry : snapshots) {
    ids.push_back(entry.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

bool TableMetadataBuilder::IsAdded(SnapshotId id) const { return added_snapshots_.contains(id); }

Result<int64_t> TableMetadataBuilder::NextRowId(const Snapshot& snapshot) const {
  if (!snapshot.first_row_id) {
    return InvalidArgument("Cannot add a snapshot: first-row-id is null");
  }
  if (!snapshot.added_rows) {
    return InvalidArgument("Invalid added-rows (required when first-row-id is set): null");
  }
  if (*snapshot.added_rows < 0) {
    return InvalidArgument(
        fmt::format("Invalid added-rows (cannot be negative): {}", *snapshot.added_rows));
  }
  if (*snapshot.first_row_id < next_.next_row_id) {
    return Stale(
        fmt::format("Cannot add a snapshot, first-row-id is behind table next-row-id: {} < {}",
                    *snapshot.first_row_id, next_.next_row_id));
  }
  int64_t next_row_id = 0;
  if (__builtin_add_overflow(*snapshot.first_row_id, *snapshot.added_rows, &next_row_id) ||
      next_row_id - next_.next_row_id > kMaxRowIdStep) {
    return InvalidArgument("Cannot add a snapshot: first-row-id plus added-rows is out of range");
  }
  return next_row_id;
}

Status TableMetadataBuilder::Apply(const AddSnapshot& update) {
  const Snapshot& snapshot = *update.snapshot;
  if (next_.schemas.empty()) {
    return InvalidArgument("Attempting to add a snapshot before a schema is added");
  }
  if (next_.specs.empty()) {
    return InvalidArgument("Attempting to add a snapshot before a partition spec is added");
  }
  if (next_.sort_orders.empty()) {
    return InvalidArgument("Attempting to add a snapshot before a sort order is added");
  }
  if (snapshot.id == kNoSnapshot) {
    return InvalidArgument("Cannot add a snapshot with id -1: it means that there is none");
  }
  if (next_.FindSnapshot(snapshot.id) != nullptr) {
    return InvalidArgument(fmt::format("Snapshot already exists for id: {}", snapshot.id.value()));
  }
  if (snapshot.schema_id && next_.FindSchema(*snapshot.schema_id) == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot add snapshot with unknown schema: {}", snapshot.schema_id->value()));
  }
  SequenceNumber number = snapshot.sequence_number;
  SequenceNumber last = next_.last_sequence_number;
  if (next_.format_version == 1 && number != SequenceNumber(0)) {
    return InvalidArgument(fmt::format("Sequence number must be 0 in v1: {}", number.value()));
  }
  // A snapshot without a parent starts a history of its own, and may share the last number.
  if (next_.format_version > 1 && (snapshot.parent_id ? number <= last : number < last)) {
    return Stale(fmt::format(
        "Cannot add snapshot with sequence number {} older than last sequence number {}",
        number.value(), last.value()));
  }
  if (number.value() - last.value() > kMaxSequenceNumberStep) {
    return InvalidArgument(
        fmt::format("Cannot add snapshot with sequence number {}: more than {} above {}",
                    number.value(), kMaxSequenceNumberStep, last.value()));
  }
  if (next_.format_version >= kRowLineageVersion) {
    ASSIGN_OR_RETURN(next_.next_row_id, NextRowId(snapshot));
  }
  next_.last_sequence_number = number;
  Add(next_.snapshots, SnapshotEntry{snapshot.id, update.snapshot});
  added_snapshots_.insert(snapshot.id);
  changed_ = true;
  return {};
}

Status TableMetadataBuilder::Apply(const SetSnapshotRef& update) {
  RETURN_IF_ERROR(Validate(update.ref));
  RETURN_IF_ERROR(CheckNewRefName(update.name));
  const SnapshotRef* existing = next_.FindRef(update.name);
  if (existing != nullptr && *existing == update.ref) {
    return {};
  }
  SnapshotId id = update.ref.snapshot_id;
  const Snapshot* snapshot = next_.FindSnapshot(id);
  if (snapshot == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot set {} to unknown snapshot: {}", update.name, id.value()));
  }
  if (update.name == kMainBranch) {
    if (!update.ref.is_branch()) {
      return InvalidArgument("Cannot set main to a tag, it must be a branch");
    }
    next_.current_snapshot_id = id;
    bool added = IsAdded(id);
    if (added) {
      set_as_main_.insert(id);
    }
    // Going back to an older snapshot happens now, not when the snapshot was made.
    Add(next_.snapshot_log, SnapshotLogEntry{added ? snapshot->timestamp : context_.now, id});
    ++log_entries_to_check_;
  }
  Put(
      next_.refs, [&update](const NamedRef& named) { return named.name == update.name; },
      NamedRef{update.name, update.ref});
  lost_refs_.erase(update.name);
  changed_ = true;
  return {};
}

void TableMetadataBuilder::RemoveRef(std::string_view name) {
  if (name == kMainBranch && next_.current_snapshot_id) {
    next_.current_snapshot_id = std::nullopt;
    changed_ = emptied_ = true;
  }
  size_t removed =
      next_.refs.RemoveIf([name](const NamedRef& named) { return named.name == name; });
  changed_ = changed_ || removed > 0;
}

Status TableMetadataBuilder::Apply(const RemoveSnapshotRef& update) {
  lost_refs_.erase(update.name);
  RemoveRef(update.name);
  return {};
}

Status TableMetadataBuilder::Apply(const RemoveSnapshots& update) {
  std::vector<SnapshotId> ids = update.snapshot_ids;
  std::sort(ids.begin(), ids.end());
  auto listed = [&ids](SnapshotId id) { return std::binary_search(ids.begin(), ids.end(), id); };
  size_t removed =
      next_.snapshots.RemoveIf([&listed](const SnapshotEntry& entry) { return listed(entry.id); });
  if (removed == 0) {
    return {};
  }
  auto of_removed = [&listed](const auto& file) { return listed(file.snapshot_id); };
  next_.statistics.RemoveIf(of_removed);
  next_.partition_statistics.RemoveIf(of_removed);
  std::vector<std::string> dangling;
  for (const NamedRef& named : next_.refs) {
    if (listed(named.ref.snapshot_id)) {
      dangling.push_back(named.name);
    }
  }
  for (std::string& name : dangling) {
    RemoveRef(name);
    lost_refs_.insert(std::move(name));
  }
  changed_ = removed_snapshots_ = true;
  return {};
}

Status TableMetadataBuilder::CheckNoRefLost() const {
  if (lost_refs_.empty()) {
    return {};
  }
  return Stale(fmt::format("Cannot remove the snapshot of the branch or tag {}, which stays",
                           *lost_refs_.begin()));
}

Status TableMetadataBuilder::FinishSnapshotLog() {
  if (next_.current_snapshot_id) {
    set_as_main_.erase(*next_.current_snapshot_id);
  }
  if (set_as_main_.empty() && !removed_snapshots_) {
    return {};
  }
  std::vector<SnapshotId> ids = SortedIds(next_.snapshots);
  auto missing = [&ids](SnapshotId id) { return !std::binary_search(ids.begin(), ids.end(), id); };
  if (removed_snapshots_) {
    // What came before a removed snapshot would seem to have stayed current too long.
    size_t position = 0;
    size_t keep_from = 0;
    for (const SnapshotLogEntry& entry : next_.snapshot_log) {
      ++position;
      keep_from = missing(entry.snapshot_id) ? position : keep_from;
    }
    next_.snapshot_log.RemoveFirst(keep_from);
  }
  next_.snapshot_log.RemoveIf([this, &missing](const SnapshotLogEntry& entry) {
    return missing(entry.snapshot_id) || set_as_main_.contains(entry.snapshot_id);
  });
  bool ends_current = !next_.snapshot_log.empty() &&
                      next_.snapshot_log.back().snapshot_id == next_.current_snapshot_id;
  if (next_.current_snapshot_id && !ends_current) {
    return InvalidArgument(
        "Cannot set invalid snapshot log: latest entry is not the current snapshot");
  }
  return {};
}

}  // namespace firn::iceberg
