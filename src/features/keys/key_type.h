// KeyType: how the values of a key column are compared. Columns of one kind meet whatever their
// width: an int32 of an entity frame finds the long of a table. Text never meets a number.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include <arrow/type.h>

#include "base/result.h"

namespace firn::features {

enum class KeyKind : uint8_t {
  kInteger,    ///< int8 to int64, uint8 to uint32.
  kReal,       ///< float, double: NaN equals NaN, -0.0 equals 0.0.
  kBoolean,    ///< bool
  kText,       ///< utf8, also large and view.
  kBytes,      ///< binary, also large and view.
  kFixed,      ///< fixed_size_binary, uuid
  kDate,       ///< date32
  kTimestamp,  ///< Instants, of any unit and zone.
  kDecimal,    ///< decimal128 of one scale.
};

struct KeyType {
  KeyKind kind = KeyKind::kInteger;
  /// Bytes of kFixed, scale of kDecimal; else 0.
  int32_t detail = 0;

  bool operator==(const KeyType&) const = default;
};

/// For errors: "integer", "text", ...
std::string_view ToString(KeyKind kind);

/// Errors: kInvalidArgument where values of the type are no keys (lists, structs, uint64, ...).
Result<KeyType> KeyTypeOf(const arrow::DataType& type);

/// True where one word of 64 bits holds a value.
bool FitsWord(const KeyType& type);

}  // namespace firn::features
