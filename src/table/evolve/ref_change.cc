#include "table/evolve/ref_change.h"

#include <utility>

#include "iceberg/metadata/snapshot_line.h"

namespace firn::table {
namespace {

using iceberg::Snapshot;
using iceberg::SnapshotId;
using iceberg::SnapshotRef;
using iceberg::TableMetadata;

Result<SnapshotRef> Find(const TableMetadata& table, std::string_view name) {
  const SnapshotRef* ref = table.FindRef(name);
  if (ref == nullptr) {
    return InvalidArgument("Ref does not exist: " + std::string(name));
  }
  return *ref;
}

Status CheckSnapshot(const TableMetadata& table, SnapshotId id) {
  if (table.FindSnapshot(id) == nullptr) {
    return InvalidArgument("Cannot find snapshot: " + std::to_string(id.value()));
  }
  return {};
}

/// No updates where the ref is so already.
Result<Updates> Set(const TableMetadata& table, std::string_view name, const SnapshotRef& ref) {
  RETURN_IF_ERROR(CheckSnapshot(table, ref.snapshot_id));
  RETURN_IF_ERROR(iceberg::Validate(ref));
  const SnapshotRef* before = table.FindRef(name);
  if (before != nullptr && *before == ref) {
    return Updates{};
  }
  return Updates{iceberg::SetSnapshotRef{std::string(name), ref}};
}

}  // namespace

Result<Updates> CreateRef(const TableMetadata& table, const iceberg::NamedRef& ref) {
  if (table.FindRef(ref.name) != nullptr) {
    return Error(ErrorCode::kAlreadyExists, "Ref " + ref.name + " already exists");
  }
  return Set(table, ref.name, ref.ref);
}

Result<Updates> ReplaceRef(const TableMetadata& table, std::string_view name, SnapshotId snapshot) {
  ASSIGN_OR_RETURN(SnapshotRef ref, Find(table, name));
  ref.snapshot_id = snapshot;
  return Set(table, name, ref);
}

Result<Updates> SetRetention(const TableMetadata& table,
                             std::string_view name,
                             const RefRetention& retention) {
  ASSIGN_OR_RETURN(SnapshotRef ref, Find(table, name));
  if (retention.min_snapshots_to_keep) {
    ref.min_snapshots_to_keep = retention.min_snapshots_to_keep;
  }
  if (retention.max_snapshot_age_ms) {
    ref.max_snapshot_age_ms = retention.max_snapshot_age_ms;
  }
  if (retention.max_ref_age_ms) {
    ref.max_ref_age_ms = retention.max_ref_age_ms;
  }
  return Set(table, name, ref);
}

Result<Updates> FastForward(const TableMetadata& table,
                            std::string_view branch,
                            std::string_view to) {
  ASSIGN_OR_RETURN(SnapshotRef target, Find(table, to));
  const SnapshotRef* before = table.FindRef(branch);
  SnapshotRef next;
  if (before != nullptr) {
    next = *before;
    if (!next.is_branch()) {
      return InvalidArgument("Ref " + std::string(branch) + " is a tag, not a branch");
    }
    if (!iceberg::IsAncestorOf(table, next.snapshot_id, target.snapshot_id)) {
      return InvalidArgument("Cannot fast-forward: " + std::string(branch) +
                             " is not an ancestor of " + std::string(to));
    }
  }
  next.snapshot_id = target.snapshot_id;
  return Set(table, branch, next);
}

Result<Updates> RemoveRef(const TableMetadata& table, std::string_view name) {
  if (name == iceberg::kMainBranch) {
    return InvalidArgument("Cannot remove main branch");
  }
  RETURN_IF_ERROR(Find(table, name));
  return Updates{iceberg::RemoveSnapshotRef{std::string(name)}};
}

Result<Updates> SetCurrentSnapshot(const TableMetadata& table, SnapshotId snapshot) {
  const SnapshotRef* main = table.FindRef(iceberg::kMainBranch);
  SnapshotRef next = main == nullptr ? SnapshotRef{} : *main;
  next.snapshot_id = snapshot;
  return Set(table, iceberg::kMainBranch, next);
}

Result<Updates> Rollback(const TableMetadata& table, SnapshotId snapshot) {
  RETURN_IF_ERROR(CheckSnapshot(table, snapshot));
  if (!table.current_snapshot_id ||
      !iceberg::IsAncestorOf(table, snapshot, *table.current_snapshot_id)) {
    return InvalidArgument("Cannot roll back to snapshot, not an ancestor of the current state: " +
                           std::to_string(snapshot.value()));
  }
  return SetCurrentSnapshot(table, snapshot);
}

Result<Updates> RollbackToTime(const TableMetadata& table, TimestampMs time) {
  iceberg::SnapshotLine line(table, table.current_snapshot());
  while (const iceberg::Snapshot* snapshot = line.Next()) {
    if (snapshot->timestamp < time) {
      return SetCurrentSnapshot(table, snapshot->id);
    }
  }
  return InvalidArgument("Cannot roll back, no valid snapshot older than: " +
                         std::to_string(time.value()));
}

}  // namespace firn::table
