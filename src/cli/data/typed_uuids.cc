#include "cli/data/typed_uuids.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <arrow/extension/uuid.h>

namespace firn::cli {
namespace {

using arrow::Type;
using ArrowTypePtr = std::shared_ptr<arrow::DataType>;

std::shared_ptr<arrow::Field> TypedField(const iceberg::NestedField* column,
                                         const std::shared_ptr<arrow::Field>& field);

ArrowTypePtr TypedStruct(const iceberg::Type& table, const arrow::StructType& rows) {
  arrow::FieldVector fields;
  for (const auto& field : rows.fields()) {
    auto column = std::ranges::find(table.fields(), std::string_view(field->name()),
                                    &iceberg::NestedField::name);
    fields.push_back(TypedField(column == table.fields().end() ? nullptr : &*column, field));
  }
  return arrow::struct_(std::move(fields));
}

ArrowTypePtr TypeOf(const iceberg::Type& table, const ArrowTypePtr& rows) {
  switch (rows->id()) {
    case Type::FIXED_SIZE_BINARY:
      return table.id() == iceberg::TypeId::kUuid ? arrow::extension::uuid() : rows;
    case Type::STRUCT:
      return table.is_struct() ? TypedStruct(table, static_cast<const arrow::StructType&>(*rows))
                               : rows;
    case Type::LIST:
      return table.is_list() ? arrow::list(TypedField(&table.element(), rows->field(0))) : rows;
    case Type::LARGE_LIST:
      return table.is_list() ? arrow::large_list(TypedField(&table.element(), rows->field(0)))
                             : rows;
    case Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*rows);
      return table.is_map() ? std::make_shared<arrow::MapType>(
                                  TypedField(&table.key(), map.key_field()),
                                  TypedField(&table.value(), map.item_field()), map.keys_sorted())
                            : rows;
    }
    default:
      return rows;
  }
}

std::shared_ptr<arrow::Field> TypedField(const iceberg::NestedField* column,
                                         const std::shared_ptr<arrow::Field>& field) {
  return column == nullptr ? field : field->WithType(TypeOf(*column->type, field->type()));
}

/// The same values: an extension array holds what its storage does.
std::shared_ptr<arrow::ArrayData> Retyped(const arrow::ArrayData& values,
                                          const ArrowTypePtr& type) {
  auto retyped = values.Copy();
  retyped->type = type;
  if (type->id() != Type::EXTENSION) {
    for (int i = 0; i < type->num_fields(); ++i) {
      auto& child = retyped->child_data[static_cast<size_t>(i)];
      child = Retyped(*child, type->field(i)->type());
    }
  }
  return retyped;
}

}  // namespace

TypedUuids::TypedUuids(const iceberg::Schema& table, const arrow::Schema& rows) {
  arrow::FieldVector fields;
  for (const auto& field : rows.fields()) {
    fields.push_back(TypedField(table.FindField(std::string_view(field->name())), field));
  }
  schema_ = arrow::schema(std::move(fields), rows.metadata());
}

std::shared_ptr<arrow::RecordBatch> TypedUuids::Typed(
    const std::shared_ptr<arrow::RecordBatch>& batch) const {
  arrow::ArrayVector columns = batch->columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    const ArrowTypePtr& type = schema_->field(static_cast<int>(i))->type();
    if (!type->Equals(*columns[i]->type())) {
      columns[i] = arrow::MakeArray(Retyped(*columns[i]->data(), type));
    }
  }
  return arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
}

}  // namespace firn::cli
