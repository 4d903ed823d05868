#include "iceberg/expression/pruning/residual_evaluator.h"

#include <optional>
#include <utility>
#include <vector>

#include "iceberg/expression/pruning/partition_tree_internal.h"
#include "iceberg/expression/pruning/projection.h"
#include "iceberg/expression/row_evaluator.h"

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;

/// What is left of the node's expression; nullopt where all of it is.
std::optional<BoundExpression> ResidualOf(const PartitionNode& node, const StructValue& partition);

std::optional<BoundExpression> ResidualOfPredicate(const PartitionNode& node,
                                                   const StructValue& partition) {
  switch (node.VerdictOn(partition)) {
    case Verdict::kNone:
      return BoundExpression::False();
    case Verdict::kAll:
      return BoundExpression::True();
    case Verdict::kSome:
      break;
  }
  return std::nullopt;
}

std::optional<BoundExpression> ResidualOf(const PartitionNode& node, const StructValue& partition) {
  const Kind kind = node.expression.kind();
  if (kind == Kind::kPredicate) {
    return ResidualOfPredicate(node, partition);
  }
  std::vector<BoundExpression> left;
  bool changed = false;
  for (size_t i = 0; i < node.children.size(); ++i) {
    std::optional<BoundExpression> child = ResidualOf(node.children[i], partition);
    if (child && !changed) {
      changed = true;
      left.reserve(node.children.size());
      for (size_t before = 0; before < i; ++before) {
        left.push_back(node.children[before].expression);
      }
    }
    if (changed) {
      left.push_back(child ? *std::move(child) : node.children[i].expression);
    }
  }
  if (!changed) {
    return std::nullopt;
  }
  return kind == Kind::kAnd ? BoundExpression::And(std::move(left))
                            : BoundExpression::Or(std::move(left));
}

}  // namespace

Verdict PartitionNode::VerdictOn(const StructValue& partition) const {
  if (!Evaluate(may_match, partition)) {
    return Verdict::kNone;
  }
  return Evaluate(may_differ, partition) ? Verdict::kSome : Verdict::kAll;
}

PartitionNode MakePartitionTree(const BoundExpression& filter, const PartitionSpec& spec) {
  PartitionNode node{.expression = filter};
  for (const BoundExpression& child : filter.children()) {
    node.children.push_back(MakePartitionTree(child, spec));
  }
  if (filter.kind() == Kind::kPredicate) {
    node.may_match = ProjectInclusive(filter, spec);
    node.may_differ = ProjectInclusive(BoundExpression::Not(filter), spec);
  }
  return node;
}

ResidualEvaluator::ResidualEvaluator(const BoundExpression& filter, const PartitionSpec& spec)
    : root_(std::make_shared<const PartitionNode>(MakePartitionTree(RewriteNot(filter), spec))) {}

BoundExpression ResidualEvaluator::For(const StructValue& partition) const {
  return ResidualOf(*root_, partition).value_or(root_->expression);
}

}  // namespace firn::iceberg
