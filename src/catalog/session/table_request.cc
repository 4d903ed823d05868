#include "catalog/session/table_request.h"

#include <utility>

#include "columnar/schema/arrow_import.h"
#include "table/evolve/layout_text.h"

namespace firn::catalog {
namespace {

constexpr const char* kFormatVersion = "format-version";

columnar::NanosecondColumns NanosecondsOf(const PropertyMap& properties) {
  auto version = properties.find(kFormatVersion);
  return version != properties.end() && version->second == "3"
             ? columnar::NanosecondColumns::kKept
             : columnar::NanosecondColumns::kFloored;
}

Result<iceberg::Schema> WithIdentifiers(const iceberg::Schema& schema,
                                        const std::vector<std::string>& names) {
  std::vector<iceberg::FieldId> ids;
  for (const std::string& name : names) {
    const iceberg::NestedField* field = schema.FindField(std::string_view(name));
    if (field == nullptr) {
      return Error(ErrorCode::kInvalidArgument, "No such column for an identifier field: " + name);
    }
    ids.push_back(field->id);
  }
  std::vector<iceberg::NestedField> fields(schema.fields().begin(), schema.fields().end());
  return iceberg::Schema::Make(schema.id(), std::move(fields), ids);
}

}  // namespace

Result<NewTable> MakeNewTable(const arrow::Schema& schema, const TableRequest& request) {
  NewTable table{.location = request.location, .properties = request.properties};
  ASSIGN_OR_RETURN(iceberg::Schema columns,
                   columnar::SchemaOfArrow(schema, NanosecondsOf(request.properties)));
  ASSIGN_OR_RETURN(table.schema, WithIdentifiers(columns, request.identifier_fields));
  std::vector<table::AddPartitionField> fields;
  for (const std::string& text : request.partition_by) {
    ASSIGN_OR_RETURN(fields.emplace_back(), table::ParsePartitionField(text));
  }
  if (!fields.empty()) {
    ASSIGN_OR_RETURN(table.spec, table::NewSpec(table.schema, fields));
  }
  std::vector<table::SortColumn> order;
  for (const std::string& text : request.sort_by) {
    ASSIGN_OR_RETURN(order.emplace_back(), table::ParseSortColumn(text));
  }
  if (!order.empty()) {
    ASSIGN_OR_RETURN(table.order, table::NewSortOrder(table.schema, order));
  }
  return table;
}

}  // namespace firn::catalog
