// A single value of any Iceberg type: column defaults, partition values, bounds, expression
// literals. A Literal does not know its type; codecs and transforms are told. Units as in the
// specification: date = days, time = microseconds of the day, timestamps = micro- or nanoseconds
// since the epoch.
//
// Thread-safety: immutable values; nested ones are shared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/uuid.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

__extension__ using Int128 = __int128;

/// unscaled * 10^-scale; at most 38 digits.
struct Decimal {
  Int128 unscaled = 0;
  int32_t scale = 0;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// The value of `fixed` and `binary`.
struct Bytes {
  std::string data;

  friend bool operator==(const Bytes&, const Bytes&) = default;
};

class Literal;

/// Elements in order; nullopt is a null element.
struct ListValue {
  std::vector<std::optional<Literal>> elements;
  friend bool operator==(const ListValue&, const ListValue&);
};

/// Pairs in order; keys are never null.
struct MapValue {
  std::vector<std::pair<Literal, std::optional<Literal>>> entries;
  friend bool operator==(const MapValue&, const MapValue&);
};

/// The non-null fields in order of the struct type.
struct StructValue {
  std::vector<std::pair<FieldId, Literal>> fields;
  friend bool operator==(const StructValue&, const StructValue&);
};

class Literal {
 public:
  using Value = std::variant<bool,
                             int32_t,  // int, date
                             int64_t,  // long, time, timestamps
                             float,
                             double,
                             Decimal,
                             std::string,  // string, UTF-8
                             Uuid,
                             Bytes,  // fixed, binary
                             std::shared_ptr<const ListValue>,
                             std::shared_ptr<const MapValue>,
                             std::shared_ptr<const StructValue>>;

  explicit Literal(Value value) : value_(std::move(value)) {}

  const Value& value() const { return value_; }

  /// The value where it is a T, else null.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }

  /// Deep equality; a NaN equals itself.
  friend bool operator==(const Literal&, const Literal&);

 private:
  Value value_;
};

}  // namespace firn::iceberg
