// One predicate on one column.
#pragma once

#include <cstdint>
#include <span>

#include <arrow/array.h>

#include "iceberg/expression/bound_expression.h"

namespace firn::columnar {

/// Sets each byte of `out` to whether the row satisfies the predicate. `array` has the Arrow type
/// of the predicate's term.
void EvaluatePredicate(const iceberg::BoundPredicate& predicate,
                       const arrow::Array& array,
                       std::span<uint8_t> out);

}  // namespace firn::columnar
