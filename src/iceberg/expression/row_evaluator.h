// Evaluates a bound expression on one row, or on a partition tuple. The definition that pruning is
// tested against; scans of many rows use columns instead. Logic is two-valued (operation.h).
//
// Thread-safety: pure functions.
#pragma once

#include <optional>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

/// `row` has the non-null values by field id, nested fields beside the others; a value may have the
/// type its column had before a promotion. A transform that cannot hold its value gives null.
bool Evaluate(const BoundExpression& expression, const StructValue& row);

/// One predicate on a value of its term; nullopt is null.
bool Satisfies(const BoundPredicate& predicate, const std::optional<Literal>& value);

}  // namespace firn::iceberg
