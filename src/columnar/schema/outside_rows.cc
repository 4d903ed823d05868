#include "columnar/schema/outside_rows.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <arrow/extension/uuid.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

using ArrowTypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;
using iceberg::NestedField;

FieldPtr WithoutId(const FieldPtr& field) {
  const std::string key(kFieldIdKey);
  if (field->metadata() == nullptr || !field->metadata()->Contains(key)) {
    return field;
  }
  auto metadata = field->metadata()->Copy();
  // It is there.
  (void)metadata->Delete(key);
  return metadata->size() == 0 ? field->RemoveMetadata() : field->WithMetadata(metadata);
}

class FieldMaker {
 public:
  explicit FieldMaker(FieldIds ids) : ids_(ids) {}

  /// `column` is null for what the table does not have: metadata columns.
  FieldPtr Make(const NestedField* column, const FieldPtr& field) const {
    static const iceberg::TypePtr none = iceberg::Type::Plain(iceberg::TypeId::kUnknown);
    const iceberg::Type& table = column == nullptr ? *none : *column->type;
    FieldPtr made = field->WithType(TypeOf(table, field->type()));
    return ids_ == FieldIds::kKept ? made : WithoutId(made);
  }

 private:
  ArrowTypePtr TypeOf(const iceberg::Type& table, const ArrowTypePtr& rows) const {
    switch (rows->id()) {
      case arrow::Type::FIXED_SIZE_BINARY:
        return table.id() == iceberg::TypeId::kUuid ? arrow::extension::uuid() : rows;
      case arrow::Type::STRUCT: {
        arrow::FieldVector fields;
        for (const FieldPtr& field : rows->fields()) {
          fields.push_back(Make(Find(table, field->name()), field));
        }
        return arrow::struct_(std::move(fields));
      }
      case arrow::Type::LIST:
        return arrow::list(Make(Part(table, 0), rows->field(0)));
      case arrow::Type::LARGE_LIST:
        return arrow::large_list(Make(Part(table, 0), rows->field(0)));
      case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(*rows);
        return std::make_shared<arrow::MapType>(Make(Part(table, 0), map.key_field()),
                                                Make(Part(table, 1), map.item_field()),
                                                map.keys_sorted());
      }
      default:
        return rows;
    }
  }

  static const NestedField* Find(const iceberg::Type& table, std::string_view name) {
    auto found = std::ranges::find(table.fields(), name, &NestedField::name);
    return found == table.fields().end() ? nullptr : &*found;
  }

  /// Of a list or map.
  static const NestedField* Part(const iceberg::Type& table, size_t part) {
    return (table.is_list() || table.is_map()) && part < table.fields().size()
               ? &table.fields()[part]
               : nullptr;
  }

  const FieldIds ids_;
};

/// The same values: an extension array holds what its storage does.
std::shared_ptr<arrow::ArrayData> Retyped(const arrow::ArrayData& values,
                                          const ArrowTypePtr& type) {
  auto retyped = values.Copy();
  retyped->type = type;
  if (type->id() != arrow::Type::EXTENSION) {
    for (int i = 0; i < type->num_fields(); ++i) {
      auto& child = retyped->child_data[static_cast<size_t>(i)];
      child = Retyped(*child, type->field(i)->type());
    }
  }
  return retyped;
}

}  // namespace

OutsideRows::OutsideRows(const iceberg::Schema& table, const arrow::Schema& rows, FieldIds ids) {
  const FieldMaker maker(ids);
  arrow::FieldVector fields;
  for (const FieldPtr& field : rows.fields()) {
    fields.push_back(maker.Make(table.FindField(std::string_view(field->name())), field));
  }
  schema_ = arrow::schema(std::move(fields), rows.metadata());
}

std::shared_ptr<arrow::RecordBatch> OutsideRows::Of(
    const std::shared_ptr<arrow::RecordBatch>& batch) const {
  arrow::ArrayVector columns = batch->columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    const ArrowTypePtr& type = schema_->field(static_cast<int>(i))->type();
    if (!type->Equals(*columns[i]->type(), /*check_metadata=*/true)) {
      columns[i] = arrow::MakeArray(Retyped(*columns[i]->data(), type));
    }
  }
  return arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
}

}  // namespace firn::columnar
