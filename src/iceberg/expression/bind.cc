#include "iceberg/expression/bind.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/instant_text_internal.h"
#include "iceberg/expression/literal_conversion.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/number_text_internal.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/nearest_fields.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

Error BadFilter(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

Result<const NestedField*> FindIgnoringCase(const std::string& name, const Schema& schema) {
  const NestedField* found = nullptr;
  for (FieldId id : schema.field_ids()) {
    if (!EqualsIgnoringCase(*schema.FindName(id), name)) {
      continue;
    }
    if (found != nullptr) {
      return BadFilter(fmt::format("Ambiguous field '{}': '{}' or '{}'", name,
                                   *schema.FindName(found->id), *schema.FindName(id)));
    }
    found = schema.FindField(id);
  }
  // A name that skips `element` or `value`.
  return found != nullptr ? found : schema.FindFieldIgnoringCase(name);
}

std::string Unknown(std::string_view name, const Schema& schema) {
  return fmt::format("Cannot find field '{}'{}", name, NearestFieldsHint(name, schema));
}

Result<const NestedField*> FindField(const Term& term, const Schema& schema, NameCase names) {
  if (const auto* id = std::get_if<FieldId>(&term.reference)) {
    const NestedField* field = schema.FindField(*id);
    if (field == nullptr) {
      return BadFilter(fmt::format("Cannot find field with id {} in schema", id->value()));
    }
    return field;
  }
  const auto& name = std::get<std::string>(term.reference);
  const NestedField* field = schema.FindField(name);
  if (field == nullptr && names == NameCase::kInsensitive) {
    ASSIGN_OR_RETURN(field, FindIgnoringCase(name, schema));
  }
  return field != nullptr ? Result<const NestedField*>(field) : BadFilter(Unknown(name, schema));
}

Result<BoundTerm> BindColumn(const NestedField& field, const Schema& schema) {
  BoundTerm term;
  term.field_id = field.id;
  term.name = *schema.FindName(field.id);
  term.source_type = field.type;
  term.type = field.type;
  term.nullable = !field.required;
  for (auto parent = schema.FindParent(field.id); parent; parent = schema.FindParent(*parent)) {
    const NestedField* holder = schema.FindField(*parent);
    if (!holder->type->is_struct()) {
      return BadFilter(fmt::format("Cannot filter by '{}': it is inside a list or map", term.name));
    }
    term.nullable = term.nullable || !holder->required;
    term.nested = true;
  }
  return term;
}

Result<BoundTerm> BindTerm(const Term& term, const Schema& schema, NameCase names) {
  ASSIGN_OR_RETURN(const NestedField* field, FindField(term, schema, names));
  ASSIGN_OR_RETURN(BoundTerm bound, BindColumn(*field, schema));
  if (!term.transform) {
    return bound;
  }
  const Transform& transform = *term.transform;
  if (transform.kind() == TransformKind::kUnknown || transform.kind() == TransformKind::kVoid ||
      !transform.CanTransform(*bound.type)) {
    return BadFilter(fmt::format("Cannot bind: {} cannot transform {} values from '{}'",
                                 transform.ToString(), ToString(*bound.type), bound.name));
  }
  if (transform.kind() != TransformKind::kIdentity) {
    bound.transform = transform;
    bound.type = transform.ResultType(bound.source_type);
  }
  return bound;
}

Result<BoundExpression> BindUnary(Operation op, BoundTerm term) {
  if (op == Operation::kIsNan || op == Operation::kNotNan) {
    if (!IsFloating(*term.type)) {
      return BadFilter(
          fmt::format("Cannot test '{}' for NaN: its type is {}", term.name, ToString(*term.type)));
    }
    return BoundPredicate{op, std::move(term), {}};
  }
  // Transforms give null for null and for nothing else.
  term.type = term.source_type;
  term.transform.reset();
  bool always_null = term.type->id() == TypeId::kUnknown;
  if (term.nullable && !always_null) {
    return BoundPredicate{op, std::move(term), {}};
  }
  return always_null == (op == Operation::kIsNull) ? BoundExpression::True()
                                                   : BoundExpression::False();
}

/// Values that are neither null nor NaN.
BoundExpression Ordinary(const BoundTerm& term) {
  std::vector<BoundExpression> tests;
  if (term.nullable) {
    BoundTerm source = term;
    source.type = term.source_type;
    source.transform.reset();
    tests.push_back(BoundPredicate{Operation::kNotNull, std::move(source), {}});
  }
  if (IsFloating(*term.type)) {
    tests.push_back(BoundPredicate{Operation::kNotNan, term, {}});
  }
  return BoundExpression::And(std::move(tests));
}

/// `term op constant` where no value equals the constant.
BoundExpression CompareWithNone(Operation op, BoundTerm term, Position position) {
  if (!IsOrdering(op)) {
    return op == Operation::kNotEq ? BoundExpression::True() : BoundExpression::False();
  }
  bool less = op == Operation::kLt || op == Operation::kLtEq;
  switch (position.kind) {
    case Position::Kind::kBelowMin:
      return less ? BoundExpression::False() : Ordinary(term);
    case Position::Kind::kAboveMax:
      return less ? Ordinary(term) : BoundExpression::False();
    default:
      return BoundPredicate{
          less ? Operation::kLtEq : Operation::kGt, std::move(term), {std::move(position.value)}};
  }
}

/// Text for year, month and hour, whose values nobody knows by heart.
bool IsTimeText(const Constant& constant, const BoundTerm& term) {
  if (!term.transform || constant.value.As<std::string>() == nullptr) {
    return false;
  }
  TransformKind kind = term.transform->kind();
  return kind == TransformKind::kYear || kind == TransformKind::kMonth ||
         kind == TransformKind::kHour;
}

Result<Position> LocateIn(const Constant& constant, const BoundTerm& term) {
  if (!IsTimeText(constant, term)) {
    Result<Position> position = Locate(constant, *term.type);
    return position.has_value() ? position
                                : BadFilter(fmt::format("Cannot compare '{}': {}", term.name,
                                                        position.error().message()));
  }
  auto ordinal = ParseTimeOrdinal(term.transform->kind(), *constant.value.As<std::string>());
  if (!ordinal) {
    return BadFilter(fmt::format("Cannot read {} as what {} gives", ToString(constant),
                                 term.transform->ToString()));
  }
  return Position{Position::Kind::kAt, Literal(*ordinal)};
}

Result<BoundExpression> BindComparison(const Predicate& predicate, BoundTerm term) {
  if (IsPrefix(predicate.op) && term.type->id() != TypeId::kString) {
    return BadFilter(fmt::format("Only a string can start with a text: '{}' is {}", term.name,
                                 ToString(*term.type)));
  }
  ASSIGN_OR_RETURN(Position position, LocateIn(predicate.constants[0], term));
  if (position.kind != Position::Kind::kAt) {
    return CompareWithNone(predicate.op, std::move(term), std::move(position));
  }
  return BoundPredicate{predicate.op, std::move(term), {std::move(position.value)}};
}

Result<BoundExpression> BindSet(const Predicate& predicate, BoundTerm term) {
  std::vector<Literal> literals;
  literals.reserve(predicate.constants.size());
  for (const Constant& constant : predicate.constants) {
    ASSIGN_OR_RETURN(Position position, LocateIn(constant, term));
    if (position.kind == Position::Kind::kAt) {
      literals.push_back(std::move(position.value));
    }
  }
  std::sort(literals.begin(), literals.end(), LiteralLess());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  bool is_in = predicate.op == Operation::kIn;
  if (literals.empty()) {
    return is_in ? BoundExpression::False() : BoundExpression::True();
  }
  Operation op = predicate.op;
  if (literals.size() == 1) {
    op = is_in ? Operation::kEq : Operation::kNotEq;
  }
  return BoundPredicate{op, std::move(term), std::move(literals)};
}

Result<BoundExpression> BindPredicate(const Predicate& predicate,
                                      const Schema& schema,
                                      NameCase names) {
  RETURN_IF_ERROR(CheckPredicate(predicate));
  ASSIGN_OR_RETURN(BoundTerm term, BindTerm(predicate.term, schema, names));
  if (IsUnary(predicate.op)) {
    return BindUnary(predicate.op, std::move(term));
  }
  return IsSet(predicate.op) ? BindSet(predicate, std::move(term))
                             : BindComparison(predicate, std::move(term));
}

Constant FloatingConstant(double number) {
  if (std::isinf(number)) {
    return Constant::Text(number > 0 ? "Infinity" : "-Infinity");
  }
  return Constant::Double(number);
}

/// A constant without a type of its own.
Constant PlainConstant(const Type& type, const Literal& literal) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return Constant::Boolean(*literal.As<bool>());
    case TypeId::kInt:
      return Constant::Long(*literal.As<int32_t>());
    case TypeId::kLong:
      return Constant::Long(*literal.As<int64_t>());
    case TypeId::kFloat:
      return FloatingConstant(ShortestDouble(*literal.As<float>()));
    case TypeId::kDouble:
      return FloatingConstant(*literal.As<double>());
    case TypeId::kString:
      return Constant::Text(*literal.As<std::string>());
    default: {
      // JSON has the others as a string without anything to escape.
      std::string quoted;
      JsonWriter out(quoted);
      AppendLiteral(type, literal, out);
      return Constant::Text(quoted.substr(1, quoted.size() - 2));
    }
  }
}

Predicate UnbindPredicate(const BoundPredicate& bound) {
  Predicate predicate{bound.op, Column(bound.term.name), {}};
  predicate.term.transform = bound.term.transform;
  for (const Literal& literal : bound.literals) {
    predicate.constants.push_back(PlainConstant(*bound.term.type, literal));
  }
  return predicate;
}

}  // namespace

Result<BoundExpression> Bind(const Expression& expression, const Schema& schema, NameCase names) {
  switch (expression.kind()) {
    case Expression::Kind::kTrue:
      return BoundExpression::True();
    case Expression::Kind::kFalse:
      return BoundExpression::False();
    case Expression::Kind::kPredicate:
      return BindPredicate(expression.predicate(), schema, names);
    default:
      break;
  }
  std::vector<BoundExpression> children;
  children.reserve(expression.children().size());
  for (const Expression& child : expression.children()) {
    ASSIGN_OR_RETURN(BoundExpression bound, Bind(child, schema, names));
    children.push_back(std::move(bound));
  }
  switch (expression.kind()) {
    case Expression::Kind::kAnd:
      return BoundExpression::And(std::move(children));
    case Expression::Kind::kOr:
      return BoundExpression::Or(std::move(children));
    default:
      return BoundExpression::Not(std::move(children[0]));
  }
}

Expression Unbind(const BoundExpression& expression) {
  switch (expression.kind()) {
    case BoundExpression::Kind::kTrue:
      return Expression::True();
    case BoundExpression::Kind::kFalse:
      return Expression::False();
    case BoundExpression::Kind::kPredicate:
      return UnbindPredicate(expression.predicate());
    default:
      break;
  }
  std::vector<Expression> children;
  children.reserve(expression.children().size());
  for (const BoundExpression& child : expression.children()) {
    children.push_back(Unbind(child));
  }
  switch (expression.kind()) {
    case BoundExpression::Kind::kAnd:
      return Expression::And(std::move(children));
    case BoundExpression::Kind::kOr:
      return Expression::Or(std::move(children));
    default:
      return Expression::Not(std::move(children[0]));
  }
}

}  // namespace firn::iceberg
