#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/expression/expression_json.h"
#include "iceberg/expression/operation_names_internal.h"
#include "iceberg/schema/json_element.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

Error Malformed(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}
Error Unsupported(std::string message) {
  return Error(ErrorCode::kUnsupported, std::move(message));
}

/// Lower case, with `-` for `_`.
std::string NormalName(std::string_view type) {
  std::string name = ToLowerAscii(type);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

Result<Constant> ParseBareConstant(json::Element element) {
  if (element.is_bool()) {
    return Constant::Boolean(element.get_bool().value_unsafe());
  }
  if (element.is_int64()) {
    return Constant::Long(element.get_int64().value_unsafe());
  }
  if (element.is_double() && !element.is_uint64()) {
    return Constant::Double(element.get_double().value_unsafe());
  }
  if (element.is_string()) {
    return Constant::Text(std::string(element.get_string().value_unsafe()));
  }
  return Malformed(fmt::format("Cannot convert JSON to literal: {}", Excerpt(element)));
}

Result<Constant> ParseTypedConstant(const TypePtr& type, json::Element element) {
  ASSIGN_OR_RETURN(auto value, ParseLiteral(*type, element));
  if (!value) {
    return Malformed("Cannot convert JSON to literal: null");
  }
  return Constant{type, std::move(*value)};
}

Result<TypePtr> ParseDataType(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "data-type"));
  return ParseTypeName(name);
}

Result<Constant> ParseConstant(json::Element element) {
  if (!element.is_object()) {
    return ParseBareConstant(element);
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
  if (!EqualsIgnoringCase(type, "literal")) {
    return Malformed(fmt::format("Cannot parse type as a literal: {}", type));
  }
  ASSIGN_OR_RETURN(json::Element value, json::Get(object, "value"));
  if (!json::Find(object, "data-type")) {
    return ParseBareConstant(value);
  }
  ASSIGN_OR_RETURN(TypePtr data_type, ParseDataType(object));
  return ParseTypedConstant(data_type, value);
}

Result<Term> ParseReference(json::Element element);

/// kUnsupported where it is no transform of the specification.
Result<Transform> ParseTransform(std::string_view text) {
  ASSIGN_OR_RETURN(Transform transform, Transform::Parse(text));
  if (transform.kind() == TransformKind::kUnknown) {
    return Unsupported(fmt::format("Cannot evaluate function: {}", text));
  }
  return transform;
}

/// The function's name where it is one of the specification's, which have one part.
Result<std::string_view> ParseFunction(json::Element element) {
  if (element.is_object()) {
    json::Object object = FieldsOf(element);
    ASSIGN_OR_RETURN(auto catalog, json::FindString(object, "catalog"));
    if (catalog && *catalog != "iceberg_functions") {
      return Unsupported(fmt::format("Cannot evaluate functions of catalog: {}", *catalog));
    }
    ASSIGN_OR_RETURN(element, json::Get(object, "identifier"));
  }
  if (element.is_array()) {
    json::Array parts = ItemsOf(element);
    if (parts.size() != 1) {
      return Unsupported(fmt::format("Cannot evaluate function: {}", Excerpt(element)));
    }
    element = parts.at(0).value_unsafe();
  }
  return json::AsString(element, "function");
}

Result<Term> ParseApply(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element function, json::Get(object, "function"));
  ASSIGN_OR_RETURN(std::string_view name, ParseFunction(function));
  ASSIGN_OR_RETURN(json::Array arguments, json::GetArray(object, "arguments"));
  size_t count = arguments.size();
  if (count == 0 || count > 2) {
    return Unsupported(fmt::format("Cannot evaluate {} of {} arguments", name, count));
  }
  std::string text(name);
  if (count == 2) {
    ASSIGN_OR_RETURN(Constant constant, ParseConstant(arguments.at(0).value_unsafe()));
    const auto* narrow = constant.value.As<int32_t>();
    const auto* wide = constant.value.As<int64_t>();
    if (narrow == nullptr && wide == nullptr) {
      return Malformed(fmt::format("The first argument of {} must be an integer", name));
    }
    text += fmt::format("[{}]", wide != nullptr ? *wide : *narrow);
  }
  ASSIGN_OR_RETURN(Transform transform, ParseTransform(text));
  ASSIGN_OR_RETURN(Term column, ParseReference(arguments.at(count - 1).value_unsafe()));
  return Apply(std::move(transform), std::move(column));
}

/// `{"type":"reference", ...}` of either form.
Result<Term> ParseReference(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "reference"));
  ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
  if (type != "reference") {
    return Unsupported(fmt::format("Cannot parse type as a reference: {}", type));
  }
  if (json::Has(object, "id")) {
    ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "id"));
    return Column(FieldId(id));
  }
  ASSIGN_OR_RETURN(std::string_view name,
                   json::GetString(object, json::Has(object, "term") ? "term" : "name"));
  return Column(std::string(name));
}

/// The older `term`: a name, a reference or a transform.
Result<Term> ParseTerm(json::Element element) {
  if (element.is_string()) {
    return Column(std::string(element.get_string().value_unsafe()));
  }
  if (!element.is_object()) {
    return Malformed(
        fmt::format("Cannot parse reference (requires string or object): {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
  if (type == "apply") {
    return ParseApply(object);
  }
  if (type != "transform") {
    return ParseReference(element);
  }
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "transform"));
  ASSIGN_OR_RETURN(Transform transform, ParseTransform(name));
  ASSIGN_OR_RETURN(json::Element inner, json::Get(object, "term"));
  ASSIGN_OR_RETURN(Term column, inner.is_string() ? ParseTerm(inner) : ParseReference(inner));
  return Apply(std::move(transform), std::move(column));
}

/// A value expression that is no constant.
bool IsTerm(json::Element element) {
  std::string_view type;
  return element.is_object() && element["type"].get_string().get(type) == simdjson::SUCCESS &&
         (type == "reference" || type == "apply" || type == "transform");
}

/// Turns elements into trees and counts what the limits are about.
class Parser {
 public:
  Result<Expression> Parse(json::Element element, size_t depth) {
    if (element.is_bool()) {
      return Fixed(element.get_bool().value_unsafe());
    }
    if (!element.is_object()) {
      return Malformed(
          fmt::format("Cannot parse expression from non-object: {}", Excerpt(element)));
    }
    if (depth >= kMaxExpressionDepth) {
      return Error(ErrorCode::kPayloadTooLarge,
                   fmt::format("Expression is nested deeper than {}", kMaxExpressionDepth));
    }
    json::Object object = FieldsOf(element);
    ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
    std::string name = NormalName(type);
    if (name == "true" || name == "false") {
      return Fixed(name == "true");
    }
    if (name == "literal") {
      ASSIGN_OR_RETURN(bool value, json::GetBool(object, "value"));
      return Fixed(value);
    }
    if (name == "not") {
      ASSIGN_OR_RETURN(json::Element child, json::Get(object, "child"));
      ASSIGN_OR_RETURN(Expression expression, Parse(child, depth + 1));
      return Expression::Not(std::move(expression));
    }
    if (name == "and" || name == "or") {
      return ParseChain(element, name, depth);
    }
    return ParsePredicate(object, name, type);
  }

 private:
  static Expression Fixed(bool value) { return value ? Expression::True() : Expression::False(); }

  static Result<bool> IsJoin(json::Element element, const std::string& name) {
    if (!element.is_object()) {
      return false;
    }
    ASSIGN_OR_RETURN(std::string_view type, json::GetString(FieldsOf(element), "type"));
    return NormalName(type) == name;
  }

  /// All operands of joins of one kind, however they nest, from left to right.
  Result<Expression> ParseChain(json::Element element, const std::string& name, size_t depth) {
    std::vector<Expression> operands;
    std::vector<json::Element> open{element};
    while (!open.empty()) {
      json::Element next = open.back();
      open.pop_back();
      ASSIGN_OR_RETURN(bool join, IsJoin(next, name));
      if (join) {
        json::Object object = FieldsOf(next);
        ASSIGN_OR_RETURN(json::Element left, json::Get(object, "left"));
        ASSIGN_OR_RETURN(json::Element right, json::Get(object, "right"));
        open.push_back(right);
        open.push_back(left);
      } else {
        ASSIGN_OR_RETURN(Expression operand, Parse(next, depth + 1));
        operands.push_back(std::move(operand));
      }
    }
    return name == "and" ? Expression::And(std::move(operands))
                         : Expression::Or(std::move(operands));
  }

  Result<Expression> ParsePredicate(const json::Object& object,
                                    std::string_view name,
                                    std::string_view type) {
    const auto* found =
        std::find_if(kOperationNames.begin(), kOperationNames.end(),
                     [name](const auto& operation) { return operation.first == name; });
    if (found == kOperationNames.end()) {
      return Malformed(fmt::format("Unknown expression type: {}", type));
    }
    if (++predicates_ > kMaxExpressionPredicates) {
      return Error(ErrorCode::kPayloadTooLarge,
                   fmt::format("Expression has more than {} predicates", kMaxExpressionPredicates));
    }
    Operation op = found->second;
    RETURN_IF_ERROR(CheckKeys(object, op));
    ASSIGN_OR_RETURN(Predicate predicate, IsUnary(op) ? ParseUnary(object, op)
                                          : IsSet(op) ? ParseSet(object, op)
                                                      : ParseComparison(object, op));
    RETURN_IF_ERROR(CheckPredicate(predicate));
    return Expression(std::move(predicate));
  }

  static Status CheckKeys(const json::Object& object, Operation op) {
    bool comparison = !IsUnary(op) && !IsSet(op);
    auto refuse = [&](std::string_view key) -> Status {
      if (json::Has(object, key)) {
        return Malformed(
            fmt::format("Cannot parse {} predicate: has invalid {} field", OperationName(op), key));
      }
      return {};
    };
    if (!comparison) {
      RETURN_IF_ERROR(refuse("value"));
      RETURN_IF_ERROR(refuse("left"));
      RETURN_IF_ERROR(refuse("right"));
    } else {
      RETURN_IF_ERROR(refuse("child"));
    }
    return IsSet(op) ? Status() : refuse("values");
  }

  /// The operand of a test: `child`, or the older `term`.
  static Result<Term> ParseOperand(const json::Object& object, Operation op) {
    auto child = json::Find(object, "child");
    if (!child) {
      ASSIGN_OR_RETURN(json::Element term, json::Get(object, "term"));
      return ParseTerm(term);
    }
    if (json::Has(object, "term")) {
      return Malformed(
          fmt::format("Cannot parse {} predicate: has both child and term", OperationName(op)));
    }
    if (!IsTerm(*child)) {
      return Unsupported(fmt::format("Cannot evaluate {} of a constant", OperationName(op)));
    }
    return ParseTerm(*child);
  }

  static Result<Predicate> ParseUnary(const json::Object& object, Operation op) {
    ASSIGN_OR_RETURN(Term term, ParseOperand(object, op));
    return Predicate{op, std::move(term), {}};
  }

  Result<Predicate> ParseComparison(const json::Object& object, Operation op) {
    ++constants_;
    if (!json::Has(object, "left") && !json::Has(object, "right")) {
      ASSIGN_OR_RETURN(json::Element term_element, json::Get(object, "term"));
      ASSIGN_OR_RETURN(Term term, ParseTerm(term_element));
      ASSIGN_OR_RETURN(json::Element value, json::Get(object, "value"));
      ASSIGN_OR_RETURN(auto constant, ParseConstant(value));
      return Predicate{op, std::move(term), {std::move(constant)}};
    }
    if (json::Has(object, "term") || json::Has(object, "value")) {
      return Malformed(
          fmt::format("Cannot parse {} predicate: has both left or right and term or "
                      "value",
                      OperationName(op)));
    }
    ASSIGN_OR_RETURN(json::Element left, json::Get(object, "left"));
    ASSIGN_OR_RETURN(json::Element right, json::Get(object, "right"));
    if (!IsTerm(left) && IsTerm(right) && !IsPrefix(op)) {
      std::swap(left, right);
      op = Flip(op);
    }
    if (!IsTerm(left) || IsTerm(right)) {
      return Unsupported(fmt::format("Cannot evaluate {}: it must compare a column with a constant",
                                     OperationName(op)));
    }
    ASSIGN_OR_RETURN(Term term, ParseTerm(left));
    ASSIGN_OR_RETURN(auto constant, ParseConstant(right));
    return Predicate{op, std::move(term), {std::move(constant)}};
  }

  Result<Predicate> ParseSet(const json::Object& object, Operation op) {
    ASSIGN_OR_RETURN(Term term, ParseOperand(object, op));
    ASSIGN_OR_RETURN(json::Element values, json::Get(object, "values"));
    TypePtr type;
    if (values.is_object()) {
      json::Object typed = FieldsOf(values);
      ASSIGN_OR_RETURN(std::string_view name, json::GetString(typed, "type"));
      if (name != "literals") {
        return Malformed(fmt::format("Cannot parse type as literals: {}", name));
      }
      ASSIGN_OR_RETURN(type, ParseDataType(typed));
      ASSIGN_OR_RETURN(values, json::Get(typed, "values"));
    }
    if (!values.is_array()) {
      return Malformed(fmt::format("Cannot parse literals from non-array: {}", Excerpt(values)));
    }
    Predicate predicate{op, std::move(term), {}};
    for (json::Element item : ItemsOf(values)) {
      if (++constants_ > kMaxExpressionConstants) {
        return Error(ErrorCode::kPayloadTooLarge, fmt::format("Expression has more than {} "
                                                              "constants",
                                                              kMaxExpressionConstants));
      }
      ASSIGN_OR_RETURN(auto constant,
                       type != nullptr ? ParseTypedConstant(type, item) : ParseConstant(item));
      predicate.constants.push_back(std::move(constant));
    }
    return predicate;
  }

  size_t predicates_ = 0;
  size_t constants_ = 0;
};

}  // namespace

Result<Expression> ParseExpression(json::Element element) { return Parser().Parse(element, 0); }

}  // namespace firn::iceberg
