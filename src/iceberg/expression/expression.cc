#include "iceberg/expression/expression.h"

#include <cmath>
#include <utility>

namespace firn::iceberg {
namespace {

bool IsFinite(const Literal& literal) {
  if (const auto* narrow = literal.As<float>()) {
    return std::isfinite(*narrow);
  }
  if (const auto* wide = literal.As<double>()) {
    return std::isfinite(*wide);
  }
  return true;
}

bool IsComparable(const Type& type) {
  return type.is_primitive() && type.id() != TypeId::kUnknown && type.id() != TypeId::kGeometry &&
         type.id() != TypeId::kGeography;
}

}  // namespace

Constant Constant::Boolean(bool value) { return {Type::Plain(TypeId::kBoolean), Literal(value)}; }
Constant Constant::Long(int64_t value) { return {Type::Plain(TypeId::kLong), Literal(value)}; }
Constant Constant::Double(double value) { return {Type::Plain(TypeId::kDouble), Literal(value)}; }
Constant Constant::Text(std::string value) {
  return {Type::Plain(TypeId::kString), Literal(std::move(value))};
}

Status CheckPredicate(const Predicate& predicate) {
  size_t count = predicate.constants.size();
  size_t wanted = IsUnary(predicate.op) ? 0 : 1;
  if (!IsSet(predicate.op) && count != wanted) {
    return Error(ErrorCode::kInvalidArgument, "Wrong number of constants in a predicate");
  }
  for (const Constant& constant : predicate.constants) {
    if (!IsComparable(*constant.type)) {
      return Error(ErrorCode::kInvalidArgument, "A constant must be of a type that has an order");
    }
    if (IsPrefix(predicate.op) && constant.type->id() != TypeId::kString) {
      return Error(ErrorCode::kInvalidArgument, "Only a string can start with a text");
    }
    if (!IsFinite(constant.value)) {
      return Error(ErrorCode::kInvalidArgument,
                   "Cannot compare with NaN or infinity: use is-nan, or the text 'Infinity'");
    }
  }
  return {};
}

Term Column(std::string name) { return {std::move(name), std::nullopt}; }
Term Column(FieldId id) { return {id, std::nullopt}; }
Term Apply(Transform transform, Term column) {
  column.transform = std::move(transform);
  return column;
}

Expression Test(Operation op, Term term) { return Predicate{op, std::move(term), {}}; }
Expression Compare(Operation op, Term term, Constant constant) {
  return Predicate{op, std::move(term), {std::move(constant)}};
}
Expression IsIn(Term term, std::vector<Constant> constants) {
  return Predicate{Operation::kIn, std::move(term), std::move(constants)};
}
Expression IsNotIn(Term term, std::vector<Constant> constants) {
  return Predicate{Operation::kNotIn, std::move(term), std::move(constants)};
}

}  // namespace firn::iceberg
