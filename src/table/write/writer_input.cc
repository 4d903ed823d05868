#include "table/write/writer_input.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "columnar/schema/metadata_columns.h"
#include "columnar/write/write_properties.h"

namespace firn::table {
namespace {

constexpr iceberg::FormatVersion kRowLineageVersion = 3;

std::vector<iceberg::FieldId> SortedColumns(const iceberg::SortOrder& order) {
  std::vector<iceberg::FieldId> columns;
  for (const auto& field : order.fields) {
    columns.push_back(field.source_id);
  }
  return columns;
}

}  // namespace

columnar::DataLocations DataLocationsOf(const iceberg::TableMetadata& table) {
  return {table.location, *table.properties};
}

columnar::FileTarget NewFileTarget(const Table& table) {
  return {.store = *table.files,
          .locations = DataLocationsOf(*table.metadata),
          .partition = {},
          .prefix = Uuid::Random().ToString()};
}

void LeaveRoomForOneFile(columnar::TableWriteRequest& request) {
  // The group that is filled, and the one that is being encoded.
  constexpr int64_t kOpenRowGroups = 2;
  const int64_t room =
      request.properties.target_file_bytes + kOpenRowGroups * request.properties.row_group_bytes;
  request.limits.open_bytes = std::max(request.limits.open_bytes, room);
}

Result<columnar::TableWriteRequest> MakeWriteRequest(const Table& table,
                                                     const columnar::WriteLimits& limits) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  ASSIGN_OR_RETURN(auto properties,
                   columnar::ReadWriteProperties(*metadata.properties, metadata.current_schema(),
                                                 SortedColumns(metadata.default_sort_order())));
  columnar::TableWriteRequest request{.schema = metadata.current_schema(),
                                      .spec = metadata.default_spec(),
                                      .sort_order = metadata.default_sort_order(),
                                      .properties = std::move(properties),
                                      .target = NewFileTarget(table),
                                      .limits = limits};
  LeaveRoomForOneFile(request);
  return request;
}

std::vector<iceberg::NestedField> ColumnsOfMovedRows(const iceberg::TableMetadata& table) {
  std::span<const iceberg::NestedField> fields = table.current_schema().fields();
  std::vector<iceberg::NestedField> columns(fields.begin(), fields.end());
  if (table.format_version >= kRowLineageVersion) {
    columns.push_back(columnar::MetadataColumn(columnar::kRowIdColumn));
    columns.push_back(columnar::MetadataColumn(columnar::kLastUpdatedColumn));
  }
  return columns;
}

Result<columnar::TableWriteRequest> MakeMoveRequest(const Table& table,
                                                    const columnar::WriteLimits& limits) {
  ASSIGN_OR_RETURN(columnar::TableWriteRequest request, MakeWriteRequest(table, limits));
  ASSIGN_OR_RETURN(request.schema, iceberg::Schema::Make(request.schema.id(),
                                                         ColumnsOfMovedRows(*table.metadata), {}));
  return request;
}

}  // namespace firn::table
