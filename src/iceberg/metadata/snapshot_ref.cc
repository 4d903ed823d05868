#include "iceberg/metadata/snapshot_ref.h"

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::iceberg {
namespace {

Result<SnapshotRefType> ParseType(std::string_view text) {
  if (EqualsIgnoringCase(text, "branch")) {
    return SnapshotRefType::kBranch;
  }
  if (EqualsIgnoringCase(text, "tag")) {
    return SnapshotRefType::kTag;
  }
  return InvalidArgument(fmt::format("Invalid snapshot ref type: {}", text));
}

}  // namespace

Status Validate(const SnapshotRef& ref) {
  if (!ref.is_branch() && ref.min_snapshots_to_keep) {
    return InvalidArgument("Tags do not support setting minSnapshotsToKeep");
  }
  if (ref.min_snapshots_to_keep && *ref.min_snapshots_to_keep <= 0) {
    return InvalidArgument("Min snapshots to keep must be greater than 0");
  }
  if (!ref.is_branch() && ref.max_snapshot_age_ms) {
    return InvalidArgument("Tags do not support setting maxSnapshotAgeMs");
  }
  if (ref.max_snapshot_age_ms && *ref.max_snapshot_age_ms <= 0) {
    return InvalidArgument("Max snapshot age must be greater than 0 ms");
  }
  if (ref.max_ref_age_ms && *ref.max_ref_age_ms <= 0) {
    return InvalidArgument("Max reference age must be greater than 0");
  }
  return {};
}

Result<SnapshotRef> ParseSnapshotRef(const json::Object& object) {
  SnapshotRef ref;
  ASSIGN_OR_RETURN(int64_t snapshot_id, json::GetInt64(object, "snapshot-id"));
  ref.snapshot_id = SnapshotId(snapshot_id);
  ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
  ASSIGN_OR_RETURN(ref.type, ParseType(type));
  ASSIGN_OR_RETURN(ref.min_snapshots_to_keep, json::FindInt32(object, "min-snapshots-to-keep"));
  ASSIGN_OR_RETURN(ref.max_snapshot_age_ms, json::FindInt64(object, "max-snapshot-age-ms"));
  ASSIGN_OR_RETURN(ref.max_ref_age_ms, json::FindInt64(object, "max-ref-age-ms"));
  RETURN_IF_ERROR(Validate(ref));
  return ref;
}

void AppendSnapshotRefFields(const SnapshotRef& ref, JsonWriter& out) {
  out.Field("snapshot-id", ref.snapshot_id.value());
  out.Field("type", ref.is_branch() ? "branch" : "tag");
  if (ref.min_snapshots_to_keep) {
    out.Field("min-snapshots-to-keep", *ref.min_snapshots_to_keep);
  }
  if (ref.max_snapshot_age_ms) {
    out.Field("max-snapshot-age-ms", *ref.max_snapshot_age_ms);
  }
  if (ref.max_ref_age_ms) {
    out.Field("max-ref-age-ms", *ref.max_ref_age_ms);
  }
}

}  // namespace firn::iceberg
