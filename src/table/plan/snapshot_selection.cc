#include "table/plan/snapshot_selection.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/snapshot_line.h"

namespace firn::table {
namespace {

using iceberg::Schema;
using iceberg::Snapshot;
using iceberg::SnapshotId;
using iceberg::TableMetadata;

Error NoSuchSnapshot(SnapshotId id) {
  return {ErrorCode::kNotFound, fmt::format("Cannot find snapshot with ID {}", id.value())};
}

Result<const Snapshot*> Find(const TableMetadata& table, SnapshotId id) {
  if (const Snapshot* snapshot = table.FindSnapshot(id)) {
    return snapshot;
  }
  return NoSuchSnapshot(id);
}

Result<const Snapshot*> FindAsOf(const TableMetadata& table, TimestampMs time) {
  // Clocks of writers differ: the log's order counts, not the highest time.
  std::optional<SnapshotId> found;
  for (const iceberg::SnapshotLogEntry& entry : table.snapshot_log) {
    if (entry.timestamp <= time) {
      found = entry.snapshot_id;
    }
  }
  if (!found) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("Cannot find a snapshot older than {}", FormatUtc(time)));
  }
  return Find(table, *found);
}

Result<const Snapshot*> FindRef(const TableMetadata& table, const std::string& name) {
  if (const iceberg::SnapshotRef* ref = table.FindRef(name)) {
    return Find(table, ref->snapshot_id);
  }
  return Error(ErrorCode::kNotFound, fmt::format("Cannot find ref {}", name));
}

}  // namespace

Result<const Snapshot*> SelectSnapshot(const TableMetadata& table,
                                       const SnapshotSelector& selector) {
  if (const auto* id = std::get_if<SnapshotId>(&selector)) {
    return Find(table, *id);
  }
  if (const auto* as_of = std::get_if<AsOf>(&selector)) {
    return FindAsOf(table, as_of->time);
  }
  if (const auto* ref = std::get_if<RefName>(&selector)) {
    return FindRef(table, ref->name);
  }
  return table.current_snapshot();
}

const Schema& SelectSchema(const TableMetadata& table,
                           const SnapshotSelector& selector,
                           const Snapshot* snapshot) {
  bool current = std::holds_alternative<CurrentSnapshot>(selector);
  if (const auto* named = std::get_if<RefName>(&selector)) {
    const iceberg::SnapshotRef* ref = table.FindRef(named->name);
    current = ref == nullptr || ref->is_branch();
  }
  if (!current && snapshot != nullptr && snapshot->schema_id) {
    if (const Schema* schema = table.FindSchema(*snapshot->schema_id)) {
      return *schema;
    }
  }
  return table.current_schema();
}

Result<iceberg::TableMetadataPtr> MetadataAt(const TableMetadata& table,
                                             const SnapshotSelector& selector,
                                             std::optional<iceberg::SchemaId> schema) {
  ASSIGN_OR_RETURN(const Snapshot* snapshot, SelectSnapshot(table, selector));
  if (schema && table.FindSchema(*schema) == nullptr) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("Cannot find schema with ID {}", schema->value()));
  }
  auto then = std::make_shared<TableMetadata>(table);
  if (snapshot != nullptr) {
    then->current_snapshot_id = snapshot->id;
  }
  then->current_schema_id = schema ? *schema : SelectSchema(table, selector, snapshot).id();
  return iceberg::TableMetadataPtr(std::move(then));
}

Result<std::vector<const Snapshot*>> AppendsBetween(const TableMetadata& table,
                                                    std::optional<SnapshotId> from,
                                                    SnapshotId to) {
  if (from && table.FindSnapshot(*from) == nullptr) {
    return NoSuchSnapshot(*from);
  }
  ASSIGN_OR_RETURN(const Snapshot* newest, Find(table, to));
  std::vector<const Snapshot*> appends;
  for (iceberg::SnapshotLine line(table, newest); const Snapshot* snapshot = line.Next();) {
    if (from && snapshot->id == *from) {
      return appends;
    }
    if (snapshot->operation == "append") {
      appends.push_back(snapshot);
    }
  }
  if (from) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Starting snapshot {} is not a parent ancestor of end snapshot {}",
                             from->value(), to.value()));
  }
  return appends;
}

}  // namespace firn::table
