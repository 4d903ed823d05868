// The order of values, as predicates and bounds compare them. Source: Iceberg expressions
// specification, "Comparisons": false before true; numbers by value, -0.0 equal to 0.0, decimals of
// any scale; strings by UTF-8 bytes; uuid, fixed and binary by unsigned bytes.
//
// Thread-safety: pure functions.
#pragma once

#include <compare>

#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// Unordered where one is NaN, and where the two are not of one kind or have no order (nested
/// ones).
std::partial_ordering CompareLiterals(const Literal& a, const Literal& b);

/// For sorting and searching literals of one kind without NaN.
struct LiteralLess {
  bool operator()(const Literal& a, const Literal& b) const {
    return CompareLiterals(a, b) == std::partial_ordering::less;
  }
};

bool IsNan(const Literal& literal);

}  // namespace firn::iceberg
