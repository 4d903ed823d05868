#include "columnar/kernels/literal_array.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array/concatenate.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/type_text.h"

namespace firn::columnar {
namespace {

using iceberg::Int128;
using iceberg::Literal;
using iceberg::Type;
using iceberg::TypeId;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

Error NotOfType(const Type& type) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("A value is not of the type {}", iceberg::ToString(type)));
}

std::shared_ptr<arrow::Buffer> BufferOf(std::string bytes) {
  return arrow::Buffer::FromString(std::move(bytes));
}

std::string BytesOf(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes().data()), uuid.bytes().size()};
}

/// int or long, date or timestamp.
std::optional<int64_t> IntegerOf(const Type& type, const Literal& literal) {
  if (const auto* wide = literal.As<int64_t>()) {
    return *wide;
  }
  const auto* narrow = literal.As<int32_t>();
  if (narrow == nullptr) {
    return std::nullopt;
  }
  int64_t value = *narrow;
  switch (type.id()) {
    case TypeId::kTimestamp:
      return __builtin_mul_overflow(value, iceberg::kMicrosPerDay, &value) ? std::nullopt
                                                                           : std::optional(value);
    case TypeId::kTimestampNs:
      return __builtin_mul_overflow(value, iceberg::kMicrosPerDay * 1000, &value)
                 ? std::nullopt
                 : std::optional(value);
    default:
      return value;
  }
}

std::optional<double> NumberOf(const Literal& literal) {
  if (const auto* wide = literal.As<double>()) {
    return *wide;
  }
  const auto* narrow = literal.As<float>();
  return narrow != nullptr ? std::optional<double>(*narrow) : std::nullopt;
}

std::optional<std::string> BytesOf(const Literal& literal) {
  if (const auto* text = literal.As<std::string>()) {
    return *text;
  }
  if (const auto* bytes = literal.As<iceberg::Bytes>()) {
    return bytes->data;
  }
  if (const auto* uuid = literal.As<Uuid>()) {
    return BytesOf(*uuid);
  }
  return std::nullopt;
}

arrow::Decimal128 ArrowDecimal(Int128 value) {
  return {static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)};
}

ScalarPtr PrimitiveScalar(const Type& type,
                          const std::shared_ptr<arrow::DataType>& arrow_type,
                          const Literal& literal) {
  auto integer = IntegerOf(type, literal);
  auto number = NumberOf(literal);
  auto bytes = BytesOf(literal);
  const auto* flag = literal.As<bool>();
  const auto* decimal = literal.As<iceberg::Decimal>();
  switch (type.id()) {
    case TypeId::kBoolean:
      return flag ? std::make_shared<arrow::BooleanScalar>(*flag) : nullptr;
    case TypeId::kInt:
      return integer && std::in_range<int32_t>(*integer)
                 ? std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(*integer))
                 : nullptr;
    case TypeId::kDate:
      return integer && std::in_range<int32_t>(*integer)
                 ? std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(*integer))
                 : nullptr;
    case TypeId::kLong:
      return integer ? std::make_shared<arrow::Int64Scalar>(*integer) : nullptr;
    case TypeId::kTime:
      return integer ? std::make_shared<arrow::Time64Scalar>(*integer, arrow_type) : nullptr;
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return integer ? std::make_shared<arrow::TimestampScalar>(*integer, arrow_type) : nullptr;
    case TypeId::kFloat:
      return number ? std::make_shared<arrow::FloatScalar>(static_cast<float>(*number)) : nullptr;
    case TypeId::kDouble:
      return number ? std::make_shared<arrow::DoubleScalar>(*number) : nullptr;
    case TypeId::kDecimal:
      return decimal && decimal->scale == type.scale()
                 ? std::make_shared<arrow::Decimal128Scalar>(ArrowDecimal(decimal->unscaled),
                                                             arrow_type)
                 : nullptr;
    case TypeId::kString:
      return bytes ? std::make_shared<arrow::StringScalar>(*std::move(bytes)) : nullptr;
    case TypeId::kUuid:
    case TypeId::kFixed:
      return bytes && static_cast<int32_t>(bytes->size()) ==
                          static_cast<const arrow::FixedSizeBinaryType&>(*arrow_type).byte_width()
                 ? std::make_shared<arrow::FixedSizeBinaryScalar>(BufferOf(*bytes), arrow_type)
                 : nullptr;
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return bytes ? std::make_shared<arrow::BinaryScalar>(BufferOf(*bytes)) : nullptr;
    default:
      return nullptr;
  }
}

Result<std::shared_ptr<arrow::Array>> ArrayOf(const iceberg::NestedField& field,
                                              const std::vector<std::optional<Literal>>& values) {
  arrow::ArrayVector parts;
  for (const auto& value : values) {
    ASSIGN_OR_RETURN(auto part, RepeatLiteral(*field.type, value, 1));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) {
    return RepeatLiteral(*field.type, std::nullopt, 0);
  }
  return ToResult(arrow::Concatenate(parts), ErrorCode::kInternal);
}

Result<ScalarPtr> MapScalarOf(const Type& type,
                              const std::shared_ptr<arrow::DataType>& arrow_type,
                              const iceberg::MapValue& map) {
  std::vector<std::optional<Literal>> keys;
  std::vector<std::optional<Literal>> values;
  for (const auto& [key, value] : map.entries) {
    keys.emplace_back(key);
    values.push_back(value);
  }
  ASSIGN_OR_RETURN(auto key_array, ArrayOf(type.key(), keys));
  ASSIGN_OR_RETURN(auto value_array, ArrayOf(type.value(), values));
  const auto& map_type = static_cast<const arrow::MapType&>(*arrow_type);
  ASSIGN_OR_RETURN(auto entries, ToResult(arrow::StructArray::Make({key_array, value_array},
                                                                   map_type.value_type()->fields()),
                                          ErrorCode::kInternal));
  return ScalarPtr(std::make_shared<arrow::MapScalar>(std::move(entries), arrow_type));
}

Result<ScalarPtr> NestedScalarOf(const Type& type,
                                 const std::shared_ptr<arrow::DataType>& arrow_type,
                                 const Literal& literal) {
  if (type.is_list()) {
    const auto* list = literal.As<std::shared_ptr<const iceberg::ListValue>>();
    if (list == nullptr) {
      return NotOfType(type);
    }
    ASSIGN_OR_RETURN(auto elements, ArrayOf(type.element(), (*list)->elements));
    return ScalarPtr(std::make_shared<arrow::ListScalar>(std::move(elements), arrow_type));
  }
  if (type.is_map()) {
    const auto* map = literal.As<std::shared_ptr<const iceberg::MapValue>>();
    if (map == nullptr) {
      return NotOfType(type);
    }
    return MapScalarOf(type, arrow_type, **map);
  }
  const auto* fields = literal.As<std::shared_ptr<const iceberg::StructValue>>();
  if (fields == nullptr) {
    return NotOfType(type);
  }
  arrow::ScalarVector children;
  for (const iceberg::NestedField& field : type.fields()) {
    std::optional<Literal> value = field.initial_default;
    for (const auto& [id, given] : (*fields)->fields) {
      if (id == field.id) {
        value = given;
      }
    }
    ASSIGN_OR_RETURN(ScalarPtr child, ScalarOf(*field.type, value));
    children.push_back(std::move(child));
  }
  return ScalarPtr(std::make_shared<arrow::StructScalar>(std::move(children), arrow_type));
}

template <class Array>
auto ValueOf(const arrow::Array& array, int64_t row) {
  return static_cast<const Array&>(array).Value(row);
}

std::string TextAt(const arrow::Array& array, int64_t row) {
  return std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row));
}

std::string FixedAt(const arrow::Array& array, int64_t row) {
  return std::string(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(row));
}

}  // namespace

Result<ScalarPtr> ScalarOf(const Type& type, const std::optional<Literal>& literal) {
  auto arrow_type = ArrowTypeOf(type);
  if (!literal) {
    return arrow::MakeNullScalar(arrow_type);
  }
  if (type.is_nested()) {
    return NestedScalarOf(type, arrow_type, *literal);
  }
  ScalarPtr scalar = PrimitiveScalar(type, arrow_type, *literal);
  if (scalar == nullptr) {
    return NotOfType(type);
  }
  return scalar;
}

Result<std::shared_ptr<arrow::Array>> RepeatLiteral(const Type& type,
                                                    const std::optional<Literal>& literal,
                                                    int64_t rows) {
  if (!literal) {
    return ToResult(arrow::MakeArrayOfNull(ArrowTypeOf(type), rows), ErrorCode::kInternal);
  }
  ASSIGN_OR_RETURN(ScalarPtr scalar, ScalarOf(type, literal));
  return ToResult(arrow::MakeArrayFromScalar(*scalar, rows), ErrorCode::kInternal);
}

std::optional<Literal> LiteralAt(const arrow::Array& array, const Type& type, int64_t row) {
  if (array.IsNull(row)) {
    return std::nullopt;
  }
  switch (type.id()) {
    case TypeId::kBoolean:
      return Literal(ValueOf<arrow::BooleanArray>(array, row));
    case TypeId::kInt:
      return Literal(ValueOf<arrow::Int32Array>(array, row));
    case TypeId::kDate:
      return Literal(ValueOf<arrow::Date32Array>(array, row));
    case TypeId::kLong:
      return Literal(int64_t{ValueOf<arrow::Int64Array>(array, row)});
    case TypeId::kTime:
      return Literal(int64_t{ValueOf<arrow::Time64Array>(array, row)});
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return Literal(int64_t{ValueOf<arrow::TimestampArray>(array, row)});
    case TypeId::kFloat:
      return Literal(ValueOf<arrow::FloatArray>(array, row));
    case TypeId::kDouble:
      return Literal(ValueOf<arrow::DoubleArray>(array, row));
    case TypeId::kDecimal: {
      Int128 unscaled = 0;
      std::string bytes = FixedAt(array, row);
      std::memcpy(&unscaled, bytes.data(), sizeof(unscaled));
      return Literal(iceberg::Decimal{unscaled, type.scale()});
    }
    case TypeId::kString:
      return Literal(TextAt(array, row));
    case TypeId::kUuid: {
      std::array<uint8_t, 16> bytes{};
      std::string text = FixedAt(array, row);
      std::copy(text.begin(), text.end(), bytes.begin());
      return Literal(Uuid(bytes));
    }
    case TypeId::kFixed:
      return Literal(iceberg::Bytes{FixedAt(array, row)});
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return Literal(iceberg::Bytes{TextAt(array, row)});
    default:
      return std::nullopt;
  }
}

}  // namespace firn::columnar
