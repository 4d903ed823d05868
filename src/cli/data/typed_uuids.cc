#include "cli/data/typed_uuids.h"

#include <arrow/array.h>
#include <arrow/extension/uuid.h>

namespace firn::cli {

TypedUuids::TypedUuids(const iceberg::Schema& table, const arrow::Schema& rows) {
  arrow::FieldVector fields;
  for (const auto& field : rows.fields()) {
    const iceberg::NestedField* column = table.FindField(std::string_view(field->name()));
    bool uuid = column != nullptr && column->type->id() == iceberg::TypeId::kUuid &&
                field->type()->id() == arrow::Type::FIXED_SIZE_BINARY;
    is_uuid_.push_back(uuid);
    fields.push_back(uuid ? field->WithType(arrow::extension::uuid()) : field);
  }
  schema_ = arrow::schema(std::move(fields), rows.metadata());
}

std::shared_ptr<arrow::RecordBatch> TypedUuids::Typed(
    const std::shared_ptr<arrow::RecordBatch>& batch) const {
  arrow::ArrayVector columns = batch->columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (is_uuid_[i]) {
      columns[i] = arrow::ExtensionType::WrapArray(arrow::extension::uuid(), columns[i]);
    }
  }
  return arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
}

}  // namespace firn::cli
