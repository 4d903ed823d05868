#include "table/evolve/schema_change.h"

#include <utility>

#include "iceberg/schema/schema_rules.h"
#include "table/evolve/schema_editor_internal.h"

namespace firn::table {
namespace {

/// A date that becomes a timestamp has other partition values under all but the calendar
/// transforms.
Status CheckPartitionSources(const iceberg::TableMetadata& table, const iceberg::Schema& next) {
  for (const iceberg::PartitionSpec& spec : table.specs) {
    for (const iceberg::PartitionField& field : spec.fields) {
      const iceberg::NestedField* before = table.current_schema().FindField(field.source_id);
      const iceberg::NestedField* after = next.FindField(field.source_id);
      if (before == nullptr || after == nullptr || before->type->id() != iceberg::TypeId::kDate ||
          after->type->id() == iceberg::TypeId::kDate) {
        continue;
      }
      switch (field.transform.kind()) {
        case iceberg::TransformKind::kYear:
        case iceberg::TransformKind::kMonth:
        case iceberg::TransformKind::kDay:
        case iceberg::TransformKind::kVoid:
          break;
        default:
          return Error(
              ErrorCode::kInvalidArgument,
              "Cannot promote a column whose partition values would change: " + before->name);
      }
    }
  }
  return {};
}

Result<iceberg::Schema> Edit(SchemaEditor editor, std::span<const SchemaStep> steps) {
  for (const SchemaStep& step : steps) {
    RETURN_IF_ERROR(std::visit([&](const auto& one) { return editor.Apply(one); }, step));
  }
  return editor.schema();
}

}  // namespace

Result<Updates> ChangeSchema(const iceberg::TableMetadata& table,
                             std::span<const SchemaStep> steps,
                             Compatibility compatibility) {
  ASSIGN_OR_RETURN(iceberg::Schema next, Edit({table.current_schema(), table.last_column_id,
                                               table.format_version, compatibility},
                                              steps));
  if (next.SameAs(table.current_schema())) {
    return Updates{};
  }
  RETURN_IF_ERROR(iceberg::CheckFormatVersion(next, table.format_version));
  RETURN_IF_ERROR(CheckPartitionSources(table, next));
  return Updates{iceberg::AddSchema{std::move(next)},
                 iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}};
}

}  // namespace firn::table
