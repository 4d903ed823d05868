#include "iceberg/expression/pruning/projection.h"

#include <utility>
#include <vector>

#include "iceberg/expression/pruning/transform_projection_internal.h"

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;

/// All fields of the predicate's column restrict: with bucket[7] and bucket[5] of one column, a row
/// lies in the right bucket of both.
BoundExpression ProjectThroughFields(const BoundPredicate& predicate, const PartitionSpec& spec) {
  std::vector<BoundExpression> projections;
  for (const PartitionField& field : spec.fields) {
    if (field.source_id == predicate.term.field_id) {
      projections.push_back(ProjectPredicate(predicate, field));
    }
  }
  return BoundExpression::And(std::move(projections));
}

/// `filter` has no not.
BoundExpression Project(const BoundExpression& filter, const PartitionSpec& spec) {
  switch (filter.kind()) {
    case Kind::kPredicate:
      return ProjectThroughFields(filter.predicate(), spec);
    case Kind::kAnd:
    case Kind::kOr: {
      std::vector<BoundExpression> children;
      children.reserve(filter.children().size());
      for (const BoundExpression& child : filter.children()) {
        children.push_back(Project(child, spec));
      }
      return filter.kind() == Kind::kAnd ? BoundExpression::And(std::move(children))
                                         : BoundExpression::Or(std::move(children));
    }
    default:
      return filter;
  }
}

/// A partition expression that is true only where `expression`, which has no not, is false. It need
/// not be true for nulls and NaNs there, so `x < 5` becomes `x >= 5`.
BoundExpression Exclude(const BoundExpression& expression) {
  switch (expression.kind()) {
    case Kind::kPredicate: {
      BoundPredicate negated = expression.predicate();
      negated.op = Negate(negated.op);
      return negated;
    }
    case Kind::kAnd:
    case Kind::kOr: {
      std::vector<BoundExpression> children;
      children.reserve(expression.children().size());
      for (const BoundExpression& child : expression.children()) {
        children.push_back(Exclude(child));
      }
      return expression.kind() == Kind::kAnd ? BoundExpression::Or(std::move(children))
                                             : BoundExpression::And(std::move(children));
    }
    default:
      return BoundExpression::Not(expression);
  }
}

}  // namespace

BoundExpression ProjectInclusive(const BoundExpression& filter, const PartitionSpec& spec) {
  return Project(RewriteNot(filter), spec);
}

BoundExpression ProjectStrict(const BoundExpression& filter, const PartitionSpec& spec) {
  BoundExpression others = RewriteNot(BoundExpression::Not(filter));
  return Exclude(Project(others, spec));
}

}  // namespace firn::iceberg
