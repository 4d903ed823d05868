// A filter without not whose predicates know what a partition tuple says of them.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

/// What is known of a predicate on all rows of a partition.
enum class Verdict : uint8_t { kNone, kSome, kAll };

struct PartitionNode {
  /// The filter here.
  BoundExpression expression;
  std::vector<PartitionNode> children;
  /// Of a predicate: the projections of it and of its complement.
  BoundExpression may_match = BoundExpression::True();
  BoundExpression may_differ = BoundExpression::True();

  /// Of a predicate: whether no, maybe some, or all rows of the partition satisfy it.
  Verdict VerdictOn(const StructValue& partition) const;
};

/// `filter` has no not.
PartitionNode MakePartitionTree(const BoundExpression& filter, const PartitionSpec& spec);

}  // namespace firn::iceberg
