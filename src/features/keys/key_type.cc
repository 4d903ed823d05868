#include "features/keys/key_type.h"

#include <fmt/format.h>

namespace firn::features {
namespace {

Result<KeyType> OfSizedType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::FIXED_SIZE_BINARY) {
    return KeyType{KeyKind::kFixed,
                   static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width()};
  }
  if (type.id() == arrow::Type::DECIMAL128) {
    return KeyType{KeyKind::kDecimal, static_cast<const arrow::Decimal128Type&>(type).scale()};
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("A column of type {} cannot be a key", type.ToString()));
}

}  // namespace

std::string_view ToString(KeyKind kind) {
  switch (kind) {
    case KeyKind::kInteger:
      return "integer";
    case KeyKind::kReal:
      return "floating-point number";
    case KeyKind::kBoolean:
      return "boolean";
    case KeyKind::kText:
      return "text";
    case KeyKind::kBytes:
      return "binary";
    case KeyKind::kFixed:
      return "fixed-size binary";
    case KeyKind::kDate:
      return "date";
    case KeyKind::kTimestamp:
      return "timestamp";
    case KeyKind::kDecimal:
      return "decimal";
  }
  return "unknown";
}

Result<KeyType> KeyTypeOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
      return KeyType{KeyKind::kInteger};
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      return KeyType{KeyKind::kReal};
    case arrow::Type::BOOL:
      return KeyType{KeyKind::kBoolean};
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return KeyType{KeyKind::kText};
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
      return KeyType{KeyKind::kBytes};
    case arrow::Type::DATE32:
      return KeyType{KeyKind::kDate};
    case arrow::Type::TIMESTAMP:
      return KeyType{KeyKind::kTimestamp};
    default:
      return OfSizedType(type);
  }
}

bool FitsWord(const KeyType& type) {
  return type.kind == KeyKind::kInteger || type.kind == KeyKind::kReal ||
         type.kind == KeyKind::kBoolean || type.kind == KeyKind::kDate;
}

}  // namespace firn::features
