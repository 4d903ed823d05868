// SnapshotRef: a branch or tag, and how long it and its snapshots are kept. Specification:
// "Snapshot References".
//
// Errors: kInvalidArgument. Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// The branch whose snapshot is the table's current one.
inline constexpr std::string_view kMainBranch = "main";

enum class SnapshotRefType : uint8_t { kBranch, kTag };

struct SnapshotRef {
  SnapshotId snapshot_id;
  SnapshotRefType type = SnapshotRefType::kBranch;
  /// Branches only.
  std::optional<int32_t> min_snapshots_to_keep;
  /// Branches only.
  std::optional<int64_t> max_snapshot_age_ms;
  /// Ignored for main.
  std::optional<int64_t> max_ref_age_ms;

  bool is_branch() const { return type == SnapshotRefType::kBranch; }
  friend bool operator==(const SnapshotRef&, const SnapshotRef&) = default;
};

struct NamedRef {
  std::string name;
  SnapshotRef ref;
};

/// Retention values are positive, and tags have none but max-ref-age-ms.
Status Validate(const SnapshotRef& ref);

/// Reads and validates.
Result<SnapshotRef> ParseSnapshotRef(const json::Object& object);
/// The fields without braces, as set-snapshot-ref has them.
void AppendSnapshotRefFields(const SnapshotRef& ref, JsonWriter& out);

}  // namespace firn::iceberg
