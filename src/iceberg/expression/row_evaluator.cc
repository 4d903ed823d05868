#include "iceberg/expression/row_evaluator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "iceberg/expression/literal_conversion.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/schema/transform_value.h"

namespace firn::iceberg {
namespace {

std::optional<Literal> ValueOf(const BoundTerm& term, const StructValue& row) {
  auto found = std::find_if(row.fields.begin(), row.fields.end(),
                            [&](const auto& field) { return field.first == term.field_id; });
  if (found == row.fields.end()) {
    return std::nullopt;
  }
  Literal value = Promote(*term.source_type, found->second);
  if (!term.transform) {
    return value;
  }
  auto transformed = ApplyTransform(*term.transform, *term.source_type, value);
  return transformed.has_value() ? *std::move(transformed) : std::nullopt;
}

bool Contains(const BoundPredicate& predicate, const Literal& value) {
  return std::binary_search(predicate.literals.begin(), predicate.literals.end(), value,
                            LiteralLess());
}

bool StartsWith(const BoundPredicate& predicate, const Literal& value) {
  const auto* text = value.As<std::string>();
  return text != nullptr && text->starts_with(*predicate.literal().As<std::string>());
}

/// Of a value that is neither null nor NaN.
bool SatisfiesOrdinary(const BoundPredicate& predicate, const Literal& value) {
  switch (predicate.op) {
    case Operation::kNotNull:
    case Operation::kNotNan:
      return true;
    case Operation::kIsNull:
    case Operation::kIsNan:
      return false;
    case Operation::kIn:
      return Contains(predicate, value);
    case Operation::kNotIn:
      return !Contains(predicate, value);
    case Operation::kStartsWith:
      return StartsWith(predicate, value);
    case Operation::kNotStartsWith:
      return !StartsWith(predicate, value);
    default:
      break;
  }
  std::partial_ordering order = CompareLiterals(value, predicate.literal());
  switch (predicate.op) {
    case Operation::kLt:
      return order < 0;
    case Operation::kLtEq:
      return order <= 0;
    case Operation::kGt:
      return order > 0;
    case Operation::kGtEq:
      return order >= 0;
    case Operation::kEq:
      return order == 0;
    default:
      return order != 0;
  }
}

}  // namespace

bool Satisfies(const BoundPredicate& predicate, const std::optional<Literal>& value) {
  bool negative = predicate.op == Operation::kNotEq || predicate.op == Operation::kNotIn ||
                  predicate.op == Operation::kNotStartsWith;
  if (!value) {
    return negative || predicate.op == Operation::kIsNull || predicate.op == Operation::kNotNan;
  }
  if (IsNan(*value)) {
    return negative || predicate.op == Operation::kNotNull || predicate.op == Operation::kIsNan;
  }
  return SatisfiesOrdinary(predicate, *value);
}

bool Evaluate(const BoundExpression& expression, const StructValue& row) {
  auto matches = [&row](const BoundExpression& child) { return Evaluate(child, row); };
  switch (expression.kind()) {
    case BoundExpression::Kind::kTrue:
      return true;
    case BoundExpression::Kind::kFalse:
      return false;
    case BoundExpression::Kind::kPredicate:
      return Satisfies(expression.predicate(), ValueOf(expression.predicate().term, row));
    case BoundExpression::Kind::kNot:
      return !matches(expression.children()[0]);
    case BoundExpression::Kind::kAnd:
      return std::all_of(expression.children().begin(), expression.children().end(), matches);
    case BoundExpression::Kind::kOr:
      return std::any_of(expression.children().begin(), expression.children().end(), matches);
  }
  return false;
}

}  // namespace firn::iceberg
