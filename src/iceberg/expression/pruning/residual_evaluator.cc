#include "iceberg/expression/pruning/residual_evaluator.h"

#include <utility>
#include <vector>

#include "iceberg/expression/pruning/partition_tree_internal.h"
#include "iceberg/expression/pruning/projection.h"
#include "iceberg/expression/row_evaluator.h"

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;

BoundExpression ResidualOf(const PartitionNode& node, const StructValue& partition) {
  switch (node.kind) {
    case Kind::kTrue:
      return BoundExpression::True();
    case Kind::kFalse:
      return BoundExpression::False();
    case Kind::kPredicate:
      break;
    default: {
      std::vector<BoundExpression> children;
      children.reserve(node.children.size());
      for (const PartitionNode& child : node.children) {
        children.push_back(ResidualOf(child, partition));
      }
      return node.kind == Kind::kAnd ? BoundExpression::And(std::move(children))
                                     : BoundExpression::Or(std::move(children));
    }
  }
  switch (node.VerdictOn(partition)) {
    case Verdict::kNone:
      return BoundExpression::False();
    case Verdict::kAll:
      return BoundExpression::True();
    case Verdict::kSome:
      break;
  }
  return *node.predicate;
}

}  // namespace

Verdict PartitionNode::VerdictOn(const StructValue& partition) const {
  if (!Evaluate(may_match, partition)) {
    return Verdict::kNone;
  }
  return Evaluate(may_differ, partition) ? Verdict::kSome : Verdict::kAll;
}

PartitionNode MakePartitionTree(const BoundExpression& filter, const PartitionSpec& spec) {
  PartitionNode node{.kind = filter.kind()};
  for (const BoundExpression& child : filter.children()) {
    node.children.push_back(MakePartitionTree(child, spec));
  }
  if (filter.kind() == Kind::kPredicate) {
    node.predicate = filter;
    node.may_match = ProjectInclusive(filter, spec);
    node.may_differ = ProjectInclusive(BoundExpression::Not(filter), spec);
  }
  return node;
}

ResidualEvaluator::ResidualEvaluator(const BoundExpression& filter, const PartitionSpec& spec)
    : root_(std::make_shared<const PartitionNode>(MakePartitionTree(RewriteNot(filter), spec))) {}

BoundExpression ResidualEvaluator::For(const StructValue& partition) const {
  return ResidualOf(*root_, partition);
}

}  // namespace firn::iceberg
