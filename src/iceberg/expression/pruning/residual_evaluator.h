// ResidualEvaluator: what is left of a filter once a file's partition is known. With day(ts) and
// `ts >= a and ts < b`, files of the days in between need no filter at all, those of the first day
// only `ts >= a`. Source: Iceberg specification, "Scan Planning"; REST document, `residual-filter`.
//
// Thread-safety: immutable.
#pragma once

#include <memory>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

struct PartitionNode;

class ResidualEvaluator {
 public:
  ResidualEvaluator(const BoundExpression& filter, const PartitionSpec& spec);

  /// On the rows of a file of this partition the result is the filter: true where all match, false
  /// where none does. It has no not, and shares the nodes of the filter that are left whole.
  BoundExpression For(const StructValue& partition) const;

 private:
  /// The filter with its nots rewritten, each predicate beside its projections.
  std::shared_ptr<const PartitionNode> root_;
};

}  // namespace firn::iceberg
