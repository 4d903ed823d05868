#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "iceberg/metadata/table_metadata_rules_internal.h"

namespace firn::iceberg {
namespace {

/// Clocks of writers may differ this much.
constexpr uint64_t kClockSkewMs = 60'000;

/// Whether `later` is before `earlier` by more than clocks may differ.
bool Before(TimestampMs earlier, TimestampMs later) {
  auto from = static_cast<uint64_t>(later.value());
  auto to = static_cast<uint64_t>(earlier.value());
  return later < earlier && to - from > kClockSkewMs;
}

template <class T, class GetId>
Status CheckUnique(const PrintedList<T>& list, std::string_view what, GetId get_id) {
  std::vector<int64_t> ids;
  ids.reserve(list.size());
  for (const T& item : list) {
    ids.push_back(get_id(item).value());
  }
  std::sort(ids.begin(), ids.end());
  auto twin = std::adjacent_find(ids.begin(), ids.end());
  if (twin != ids.end()) {
    return InvalidArgument(
        fmt::format("Invalid table metadata: more than one {} with id {}", what, *twin));
  }
  return {};
}

Status CheckIds(const TableMetadata& metadata) {
  RETURN_IF_ERROR(
      CheckUnique(metadata.schemas, "schema", [](const Schema& schema) { return schema.id(); }));
  RETURN_IF_ERROR(CheckUnique(metadata.specs, "partition spec",
                              [](const PartitionSpec& spec) { return spec.id; }));
  RETURN_IF_ERROR(CheckUnique(metadata.sort_orders, "sort order",
                              [](const SortOrder& order) { return order.id; }));
  return CheckUnique(metadata.snapshots, "snapshot",
                     [](const SnapshotEntry& entry) { return entry.id; });
}

Status CheckSnapshots(const TableMetadata& metadata) {
  for (const SnapshotEntry& entry : metadata.snapshots) {
    if (entry.snapshot->sequence_number > metadata.last_sequence_number) {
      return InvalidArgument(fmt::format(
          "Invalid snapshot with sequence number {} greater than last sequence number {}",
          entry.snapshot->sequence_number.value(), metadata.last_sequence_number.value()));
    }
  }
  if (metadata.current_snapshot_id && metadata.current_snapshot() == nullptr) {
    return InvalidArgument("Invalid table metadata: Cannot find current version");
  }
  return {};
}

Status CheckRefs(const TableMetadata& metadata) {
  std::vector<SnapshotId> ids;
  ids.reserve(metadata.snapshots.size());
  for (const SnapshotEntry& entry : metadata.snapshots) {
    ids.push_back(entry.id);
  }
  std::sort(ids.begin(), ids.end());
  std::set<std::string_view> names;
  for (const NamedRef& named : metadata.refs) {
    if (!names.insert(named.name).second) {
      return InvalidArgument(
          fmt::format("Invalid table metadata: more than one ref {}", named.name));
    }
    RETURN_IF_ERROR(Validate(named.ref));
    if (!std::binary_search(ids.begin(), ids.end(), named.ref.snapshot_id)) {
      return InvalidArgument(fmt::format(
          "Snapshot for reference {} does not exist in the existing snapshots list", named.name));
    }
  }
  const SnapshotRef* main = metadata.FindRef(kMainBranch);
  if (main == nullptr) {
    return {};
  }
  if (!main->is_branch()) {
    return InvalidArgument("Cannot set main to a tag, it must be a branch");
  }
  if (!metadata.current_snapshot_id) {
    return InvalidArgument("Current snapshot is not set, but main branch exists");
  }
  if (main->snapshot_id != *metadata.current_snapshot_id) {
    return InvalidArgument(fmt::format("Current snapshot ID does not match main branch ({} != {})",
                                       metadata.current_snapshot_id->value(),
                                       main->snapshot_id.value()));
  }
  return {};
}

constexpr std::string_view kUnsortedSnapshotLog = "[BUG] Expected sorted snapshot log entries.";
constexpr std::string_view kUnsortedMetadataLog =
    "[BUG] Expected sorted previous metadata log entries.";

/// Reads the last `entries` of a log, from its end.
template <class Entry>
Status CheckEnd(const PrintedList<Entry>& log, size_t entries, std::string_view unsorted) {
  const Entry* later = nullptr;
  bool sorted = true;
  log.FindLast([&](const Entry& entry) {
    sorted = later == nullptr || !Before(entry.timestamp, later->timestamp);
    later = &entry;
    return !sorted || --entries == 0;
  });
  return sorted ? Status() : InvalidArgument(std::string(unsorted));
}

}  // namespace

Status ValidateBasics(const TableMetadata& metadata) {
  if (metadata.specs.empty()) {
    return InvalidArgument("Partition specs cannot be null or empty");
  }
  if (metadata.sort_orders.empty()) {
    return InvalidArgument("Sort orders cannot be null or empty");
  }
  if (metadata.format_version > 1 && metadata.uuid.empty()) {
    return InvalidArgument(fmt::format("UUID is required in format v{}", metadata.format_version));
  }
  if (metadata.location.empty()) {
    return InvalidArgument("path must not be null or empty");
  }
  if (metadata.FindSchema(metadata.current_schema_id) == nullptr) {
    return InvalidArgument(fmt::format("Cannot find schema with current-schema-id={} from schemas",
                                       metadata.current_schema_id.value()));
  }
  if (metadata.FindSpec(metadata.default_spec_id) == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot find partition spec with default-spec-id={} from "
                    "partition-specs",
                    metadata.default_spec_id.value()));
  }
  if (metadata.FindSortOrder(metadata.default_sort_order_id) == nullptr) {
    return InvalidArgument(
        fmt::format("Cannot find sort order with default-sort-order-id={} from "
                    "sort-orders",
                    metadata.default_sort_order_id.value()));
  }
  return {};
}

Status ValidateLogEnds(const TableMetadata& metadata, size_t entries) {
  RETURN_IF_ERROR(CheckEnd(metadata.snapshot_log, entries, kUnsortedSnapshotLog));
  RETURN_IF_ERROR(CheckEnd(metadata.metadata_log, entries, kUnsortedMetadataLog));
  TimestampMs updated = metadata.last_updated;
  if (!metadata.snapshot_log.empty() && Before(metadata.snapshot_log.back().timestamp, updated)) {
    return InvalidArgument(
        fmt::format("Invalid update timestamp {}: before last snapshot log entry at {}",
                    updated.value(), metadata.snapshot_log.back().timestamp.value()));
  }
  if (!metadata.metadata_log.empty() && Before(metadata.metadata_log.back().timestamp, updated)) {
    return InvalidArgument(fmt::format(
        "Invalid update timestamp {}: before the latest metadata log entry timestamp {}",
        updated.value(), metadata.metadata_log.back().timestamp.value()));
  }
  return {};
}

Status ValidateAll(const TableMetadata& metadata) {
  RETURN_IF_ERROR(ValidateBasics(metadata));
  RETURN_IF_ERROR(CheckIds(metadata));
  RETURN_IF_ERROR(CheckSnapshots(metadata));
  RETURN_IF_ERROR(CheckRefs(metadata));
  size_t all = std::max(metadata.snapshot_log.size(), metadata.metadata_log.size()) + 1;
  return ValidateLogEnds(metadata, all);
}

std::string StripTrailingSlash(std::string_view location) {
  while (location.ends_with('/') && !location.ends_with("://")) {
    location.remove_suffix(1);
  }
  return std::string(location);
}

}  // namespace firn::iceberg
