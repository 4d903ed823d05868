// Projection: a filter on rows becomes an expression on the partition tuples of one spec.
//
// - Inclusive: where a row matches the filter, its partition matches the projection. So a file
// whose
//   partition does not match holds no matching row.
// - Strict: where a partition matches the projection, every row in it matches the filter. It is the
//   negation of the inclusive projection of the rows that do not match.
//
// Columns meet partition fields by field id, so specs of any age do. Source: Iceberg specification,
// "Scan Planning" and "Partition Transforms"; the reference implementation's projections, whose
// allowance for its releases before 0.11 is kept: they wrote year, month, day and hour values
// before 1970 one too high.
//
// Thread-safety: pure functions.
#pragma once

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

/// The result names partition fields by id and name, and has no not.
BoundExpression ProjectInclusive(const BoundExpression& filter, const PartitionSpec& spec);
BoundExpression ProjectStrict(const BoundExpression& filter, const PartitionSpec& spec);

}  // namespace firn::iceberg
