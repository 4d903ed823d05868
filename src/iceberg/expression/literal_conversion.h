// Constants to the type of the column they are compared with. Source: the reference
// implementation's rules (a long becomes an int, float, double, decimal, date, time or timestamp;
// text becomes what it reads as), made exact: a constant that the column's type cannot hold is
// placed between two values that it can, so that comparisons with it keep their meaning. Only float
// and double columns round a constant to the nearest, as JSON prints them shortened.
//
// Beyond the reference: a double, or a decimal of another scale, meets an integer, decimal, date or
// timestamp column; text of a timestamp may have a space for `T`, lack the time of day (midnight)
// and, for timestamptz, lack the zone (UTC).
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "iceberg/expression/expression.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// Where a constant lies among the values of a type.
struct Position {
  enum class Kind : uint8_t {
    kAt,        ///< It is `value`.
    kAbove,     ///< Between `value` and the next greater one.
    kBelowMin,  ///< Less than all.
    kAboveMax,  ///< Greater than all but NaN.
  };

  Kind kind;
  Literal value;
};

/// kInvalidArgument where values of the type are never compared with such a constant.
Result<Position> Locate(const Constant& constant, const Type& type);

/// A value of before its column was promoted (int to long, float to double, date to timestamp), as
/// manifests still hold them; any other value, and a date that is no such timestamp, as it is.
Literal Promote(const Type& type, const Literal& value);

}  // namespace firn::iceberg
