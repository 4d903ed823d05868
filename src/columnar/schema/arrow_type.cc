#include "columnar/schema/arrow_type.h"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <arrow/util/key_value_metadata.h>

namespace firn::columnar {
namespace {

using iceberg::TypeId;

std::shared_ptr<arrow::DataType> NestedArrowType(const iceberg::Type& type) {
  if (type.is_list()) {
    return arrow::list(ArrowFieldOf(type.element()));
  }
  if (type.is_map()) {
    return std::make_shared<arrow::MapType>(ArrowFieldOf(type.key())->WithNullable(false),
                                            ArrowFieldOf(type.value()));
  }
  arrow::FieldVector fields;
  for (const iceberg::NestedField& field : type.fields()) {
    fields.push_back(ArrowFieldOf(field));
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

std::shared_ptr<arrow::DataType> ArrowTypeOf(const iceberg::Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return arrow::boolean();
    case TypeId::kInt:
      return arrow::int32();
    case TypeId::kLong:
      return arrow::int64();
    case TypeId::kFloat:
      return arrow::float32();
    case TypeId::kDouble:
      return arrow::float64();
    case TypeId::kDecimal:
      return arrow::decimal128(type.precision(), type.scale());
    case TypeId::kDate:
      return arrow::date32();
    case TypeId::kTime:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case TypeId::kTimestamp:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeId::kTimestampTz:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeId::kTimestampNs:
      return arrow::timestamp(arrow::TimeUnit::NANO);
    case TypeId::kTimestampTzNs:
      return arrow::timestamp(arrow::TimeUnit::NANO, "UTC");
    case TypeId::kString:
      return arrow::utf8();
    case TypeId::kUuid:
      return arrow::fixed_size_binary(kUuidBytes);
    case TypeId::kFixed:
      return arrow::fixed_size_binary(type.length());
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return arrow::binary();
    case TypeId::kUnknown:
      return arrow::null();
    case TypeId::kVariant:
      return arrow::struct_({arrow::field("metadata", arrow::binary(), false),
                             arrow::field("value", arrow::binary(), false)});
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return NestedArrowType(type);
  }
  return arrow::null();
}

std::shared_ptr<arrow::Field> ArrowFieldOf(const iceberg::NestedField& field) {
  auto metadata =
      arrow::key_value_metadata({std::string(kFieldIdKey)}, {std::to_string(field.id.value())});
  return arrow::field(field.name, ArrowTypeOf(*field.type), !field.required, std::move(metadata));
}

std::shared_ptr<arrow::Schema> ArrowSchemaOf(std::span<const iceberg::NestedField> fields) {
  arrow::FieldVector columns;
  for (const iceberg::NestedField& field : fields) {
    columns.push_back(ArrowFieldOf(field));
  }
  return arrow::schema(std::move(columns));
}

std::shared_ptr<arrow::Schema> ArrowSchemaOf(const iceberg::Schema& schema) {
  return ArrowSchemaOf(schema.fields());
}

std::optional<iceberg::FieldId> FieldIdOf(const arrow::Field& field) {
  if (!field.HasMetadata()) {
    return std::nullopt;
  }
  auto text = field.metadata()->Get(kFieldIdKey);
  if (!text.ok()) {
    return std::nullopt;
  }
  int32_t id = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  if (error != std::errc() || end != text->data() + text->size()) {
    return std::nullopt;
  }
  return iceberg::FieldId(id);
}

}  // namespace firn::columnar
