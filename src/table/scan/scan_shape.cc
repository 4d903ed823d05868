#include "table/scan/scan_shape.h"

#include <variant>

#include <fmt/format.h>

#include "columnar/schema/arrow_type.h"
#include "iceberg/expression/bind.h"
#include "table/scan/scan_columns.h"

namespace firn::table {

Result<ScanShape> ShapeOf(const iceberg::TableMetadata& table, const TableScanRequest& request) {
  const auto* scan = std::get_if<SnapshotScan>(&request.plan.scan);
  if (scan == nullptr) {
    return Error(ErrorCode::kUnsupported, "The shape of a scan of appends is not told before it");
  }
  if (request.limit && *request.limit < 0) {
    return Error(ErrorCode::kInvalidArgument, "The limit of a scan is negative");
  }
  ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot, SelectSnapshot(table, scan->snapshot));
  const iceberg::Schema* schema = request.plan.schema_id
                                      ? table.FindSchema(*request.plan.schema_id)
                                      : &SelectSchema(table, scan->snapshot, snapshot);
  if (schema == nullptr) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("Schema does not exist: {}", request.plan.schema_id->value()));
  }
  ScanShape shape{.rows = nullptr, .table = *schema};
  RETURN_IF_ERROR(iceberg::Bind(request.plan.filter, shape.table, request.plan.names));
  ASSIGN_OR_RETURN(auto columns,
                   SelectColumns(table, shape.table, request.columns, request.plan.names));
  shape.rows = columnar::ArrowSchemaOf(columns);
  return shape;
}

}  // namespace firn::table
