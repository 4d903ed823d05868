#include "iceberg/expression/bound_expression.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;

enum class Sign : uint8_t { kAsIs, kNegated };

BoundExpression Rewrite(const BoundExpression& expression, Sign sign);

BoundExpression RewriteChildren(const BoundExpression& expression, Sign sign) {
  std::vector<BoundExpression> children;
  children.reserve(expression.children().size());
  for (const BoundExpression& child : expression.children()) {
    children.push_back(Rewrite(child, sign));
  }
  bool is_and = (expression.kind() == Kind::kAnd) == (sign == Sign::kAsIs);
  return is_and ? BoundExpression::And(std::move(children))
                : BoundExpression::Or(std::move(children));
}

BoundExpression Rewrite(const BoundExpression& expression, Sign sign) {
  bool negated = sign == Sign::kNegated;
  switch (expression.kind()) {
    case Kind::kTrue:
    case Kind::kFalse:
      return negated ? BoundExpression::Not(expression) : expression;
    case Kind::kNot:
      return Rewrite(expression.children()[0], negated ? Sign::kAsIs : Sign::kNegated);
    case Kind::kPredicate:
      return negated ? Complement(expression.predicate()) : expression;
    default:
      return RewriteChildren(expression, sign);
  }
}

struct FieldCollector {
  std::vector<FieldId> fields;

  void Visit(const BoundExpression& expression) {
    if (expression.kind() == Kind::kPredicate) {
      fields.push_back(expression.predicate().term.field_id);
    }
    for (const BoundExpression& child : expression.children()) {
      Visit(child);
    }
  }
};

bool HoldsNot(const BoundExpression& expression) {
  return expression.kind() == BoundExpression::Kind::kNot ||
         std::ranges::any_of(expression.children(), HoldsNot);
}

}  // namespace

BoundExpression Complement(const BoundPredicate& predicate) {
  BoundPredicate negated = predicate;
  negated.op = Negate(predicate.op);
  if (!IsOrdering(predicate.op)) {
    return negated;
  }
  std::vector<BoundExpression> alternatives{std::move(negated)};
  if (predicate.term.nullable) {
    alternatives.push_back(BoundPredicate{Operation::kIsNull, predicate.term, {}});
  }
  if (IsFloating(*predicate.term.type)) {
    alternatives.push_back(BoundPredicate{Operation::kIsNan, predicate.term, {}});
  }
  return BoundExpression::Or(std::move(alternatives));
}

BoundExpression RewriteNot(const BoundExpression& expression) {
  return HoldsNot(expression) ? Rewrite(expression, Sign::kAsIs) : expression;
}

std::vector<FieldId> FieldsOf(const BoundExpression& expression) {
  FieldCollector collector;
  collector.Visit(expression);
  std::vector<FieldId> fields = std::move(collector.fields);
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

bool IsFloating(const Type& type) {
  return type.id() == TypeId::kFloat || type.id() == TypeId::kDouble;
}

}  // namespace firn::iceberg
