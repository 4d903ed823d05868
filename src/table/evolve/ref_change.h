// Branches and tags: made, moved, kept and removed; and main moved back. Source: specification,
// "Snapshot References".
//
// Errors: kInvalidArgument for a ref or snapshot that is not there, of the wrong kind, or no
// ancestor; kAlreadyExists for a ref that is to be made and is there.
// Thread-safety: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/snapshot_ref.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/evolve/updates_action.h"

namespace firn::table {

/// Makes a branch or tag.
Result<Updates> CreateRef(const iceberg::TableMetadata& table, const iceberg::NamedRef& ref);

/// Points an existing ref at another snapshot; its kind and retention stay.
Result<Updates> ReplaceRef(const iceberg::TableMetadata& table,
                           std::string_view name,
                           iceberg::SnapshotId snapshot);

/// What of a ref is changed; nullopt leaves it.
struct RefRetention {
  std::optional<int32_t> min_snapshots_to_keep;
  std::optional<int64_t> max_snapshot_age_ms;
  std::optional<int64_t> max_ref_age_ms;
};

Result<Updates> SetRetention(const iceberg::TableMetadata& table,
                             std::string_view name,
                             const RefRetention& retention);

/// Moves `branch` to where the ref `to` is, of which its own snapshot is an ancestor. A branch that
/// is missing is made.
Result<Updates> FastForward(const iceberg::TableMetadata& table,
                            std::string_view branch,
                            std::string_view to);

/// main cannot be removed.
Result<Updates> RemoveRef(const iceberg::TableMetadata& table, std::string_view name);

/// Makes a snapshot main's whether it is an ancestor or not.
Result<Updates> SetCurrentSnapshot(const iceberg::TableMetadata& table,
                                   iceberg::SnapshotId snapshot);

/// Moves main back to an ancestor.
Result<Updates> Rollback(const iceberg::TableMetadata& table, iceberg::SnapshotId snapshot);

/// Moves main back to its newest ancestor from before `time`.
Result<Updates> RollbackToTime(const iceberg::TableMetadata& table, TimestampMs time);

}  // namespace firn::table
