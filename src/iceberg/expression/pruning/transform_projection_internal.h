// The inclusive projection of one predicate through one partition field.
#pragma once

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

/// What must hold for the partition value of every row that satisfies the predicate, whose column
/// is the field's source; true where nothing follows.
BoundExpression ProjectPredicate(const BoundPredicate& predicate, const PartitionField& field);

}  // namespace firn::iceberg
