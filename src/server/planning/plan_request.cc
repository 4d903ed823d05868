#include "server/planning/plan_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "iceberg/expression/bind.h"
#include "table/plan/snapshot_selection.h"

namespace firn::planning {
namespace {

using iceberg::FieldId;
using iceberg::Schema;
using iceberg::SnapshotId;
using iceberg::TableMetadata;

/// Names of metadata columns (`_file`, `_pos`, ...) are in no schema.
bool IsMetadataColumn(std::string_view name) { return name.starts_with('_'); }

Result<FieldId> FieldOf(const Schema& schema, const std::string& name, bool case_sensitive) {
  const auto* field = schema.FindField(std::string_view(name));
  if (field == nullptr && !case_sensitive) {
    field = schema.FindFieldIgnoringCase(name);
  }
  if (field == nullptr) {
    return InvalidArgument(fmt::format("Column does not exist: {}", name));
  }
  return field->id;
}

Result<const iceberg::Snapshot*> SnapshotOf(const TableMetadata& table, SnapshotId id) {
  const auto* snapshot = table.FindSnapshot(id);
  if (snapshot == nullptr) {
    return InvalidArgument(fmt::format("Snapshot does not exist: {}", id.value()));
  }
  return snapshot;
}

Status PinSnapshots(const TableMetadata& table, const PlanRequest& request, PlanSpec& spec) {
  if (request.start.has_value() != request.end.has_value()) {
    return InvalidArgument("start-snapshot-id and end-snapshot-id are for one another");
  }
  if (request.start && request.snapshot) {
    return InvalidArgument(
        "A scan is of one snapshot-id, or from start-snapshot-id to end-snapshot-id");
  }
  if (!request.start) {
    spec.snapshot = request.snapshot ? request.snapshot : table.current_snapshot_id;
    return {};
  }
  RETURN_IF_ERROR(SnapshotOf(table, *request.start));
  RETURN_IF_ERROR(SnapshotOf(table, *request.end));
  RETURN_IF_ERROR(table::AppendsBetween(table, request.start, *request.end));
  spec.snapshot = request.end;
  spec.appends_after = request.start;
  return {};
}

}  // namespace

Result<PlanSpec> PinRequest(const TableMetadata& table, const PlanRequest& request) {
  PlanSpec spec;
  spec.table_uuid = table.uuid;
  RETURN_IF_ERROR(PinSnapshots(table, request, spec));
  const Schema* schema = &table.current_schema();
  if (spec.snapshot) {
    ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot, SnapshotOf(table, *spec.snapshot));
    const Schema* written = request.use_snapshot_schema && snapshot->schema_id
                                ? table.FindSchema(*snapshot->schema_id)
                                : nullptr;
    schema = written != nullptr ? written : schema;
  }
  spec.schema = schema->id();
  spec.case_sensitive = request.case_sensitive;
  for (const std::string& name : request.select) {
    if (!IsMetadataColumn(name)) {
      RETURN_IF_ERROR(FieldOf(*schema, name, request.case_sensitive));
    }
  }
  for (const std::string& name : request.stats_fields) {
    ASSIGN_OR_RETURN(FieldId field, FieldOf(*schema, name, request.case_sensitive));
    spec.stats.push_back(field);
  }
  std::ranges::sort(spec.stats);
  spec.stats.erase(std::ranges::unique(spec.stats).begin(), spec.stats.end());
  spec.min_rows = request.min_rows;
  if (spec.min_rows && *spec.min_rows < 0) {
    return InvalidArgument("min-rows-requested is negative");
  }
  RETURN_IF_ERROR(iceberg::Bind(request.filter, *schema, spec.names()));
  spec.filter = request.filter;
  return spec;
}

table::ScanRequest ScanRequestOf(const PlanSpec& spec) {
  table::ScanRequest request;
  if (spec.appends_after) {
    request.scan = table::AppendScan{.from = spec.appends_after, .to = spec.snapshot};
  } else {
    request.scan = table::SnapshotScan{.snapshot = *spec.snapshot};
  }
  request.filter = spec.filter;
  request.names = spec.names();
  request.schema_id = spec.schema;
  request.metrics = iceberg::MetricsProjection::Of(spec.stats);
  return request;
}

}  // namespace firn::planning
