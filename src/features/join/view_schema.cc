#include "features/join/view_schema.h"

#include <string_view>

#include <fmt/format.h>

#include "columnar/kernels/field_path.h"
#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/nearest_fields.h"

namespace firn::features {
namespace {

using iceberg::NestedField;

Error Named(Error error, const JoinView& view, std::string_view column) {
  return Error(error.code(),
               fmt::format("View {}, column {}: {}", view.name, column, error.message()));
}

Result<NestedField> FindColumn(const JoinView& view,
                               const iceberg::Schema& schema,
                               const std::string& name) {
  const NestedField* field = schema.FindField(std::string_view(name));
  if (field == nullptr) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("View {}: table {} has no column {}{}", view.name,
                             ToDotted(view.table.identifier), name,
                             iceberg::NearestFieldsHint(name, schema)));
  }
  if (columnar::PathTo(columnar::ArrowSchemaOf(schema)->fields(), field->id).empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("View {}: column {} lies in a list or map", view.name, name));
  }
  return *field;
}

Result<TimeUnit> UnitOf(const JoinView& view, const NestedField& field) {
  auto unit = TimeUnitOf(*columnar::ArrowTypeOf(*field.type));
  if (!unit.has_value()) {
    return Named(std::move(unit).error(), view, field.name);
  }
  return unit;
}

}  // namespace

Result<ViewSchema> ResolveView(const JoinView& view) {
  const iceberg::TableMetadata& table = *view.table.metadata;
  ASSIGN_OR_RETURN(const iceberg::Snapshot* snapshot, table::SelectSnapshot(table, view.snapshot));
  const iceberg::Schema& schema = table::SelectSchema(table, view.snapshot, snapshot);
  ViewSchema resolved;
  for (const JoinKey& key : view.keys) {
    ASSIGN_OR_RETURN(NestedField field, FindColumn(view, schema, key.table_column));
    auto type = KeyTypeOf(*columnar::ArrowTypeOf(*field.type));
    if (!type.has_value()) {
      return Named(std::move(type).error(), view, key.table_column);
    }
    resolved.key_types.push_back(*type);
    resolved.keys.push_back(std::move(field));
  }
  ASSIGN_OR_RETURN(resolved.timestamp, FindColumn(view, schema, view.timestamp_column));
  ASSIGN_OR_RETURN(resolved.unit, UnitOf(view, resolved.timestamp));
  resolved.slot_unit = resolved.unit;
  if (!view.created_column.empty()) {
    ASSIGN_OR_RETURN(resolved.created, FindColumn(view, schema, view.created_column));
    ASSIGN_OR_RETURN(resolved.created_unit, UnitOf(view, *resolved.created));
    if (view.created_later == CreatedLater::kDoesNot && resolved.created_unit == TimeUnit::kNanos) {
      resolved.slot_unit = TimeUnit::kNanos;
    }
  } else if (view.created_later == CreatedLater::kDoesNot) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("View {} has no created column to leave rows out by", view.name));
  }
  for (const FeatureColumn& feature : view.features) {
    ASSIGN_OR_RETURN(NestedField field, FindColumn(view, schema, feature.table_column));
    resolved.features.push_back(std::move(field));
  }
  return resolved;
}

arrow::FieldVector OutputFields(const JoinView& view, const ViewSchema& schema) {
  arrow::FieldVector fields;
  for (size_t i = 0; i < view.features.size(); ++i) {
    fields.push_back(arrow::field(view.features[i].output_name,
                                  columnar::ArrowTypeOf(*schema.features[i].type)));
  }
  return fields;
}

}  // namespace firn::features
