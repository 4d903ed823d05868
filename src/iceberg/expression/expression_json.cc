#include "iceberg/expression/expression_json.h"

#include <span>
#include <string>

#include "iceberg/expression/operation_names_internal.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

/// The function of a transform: its catalog in the specification.
constexpr std::string_view kFunctionCatalog = "iceberg_functions";

/// Types that JSON has: their literals need no `data-type`.
bool IsBare(const Type& type) {
  return type.id() == TypeId::kBoolean || type.id() == TypeId::kLong ||
         type.id() == TypeId::kDouble || type.id() == TypeId::kString;
}

void AppendConstant(const Constant& constant, JsonWriter& out) {
  if (IsBare(*constant.type)) {
    AppendLiteral(*constant.type, constant.value, out);
    return;
  }
  out.BeginObject().Field("type", "literal").Key("value");
  AppendLiteral(*constant.type, constant.value, out);
  out.Field("data-type", ToString(*constant.type)).EndObject();
}

void AppendTerm(std::string_view name, const std::optional<Transform>& transform, JsonWriter& out) {
  if (!transform) {
    out.String(name);
    return;
  }
  out.BeginObject()
      .Field("type", "transform")
      .Field("transform", transform->ToString())
      .Field("term", name)
      .EndObject();
}

void AppendIdReference(FieldId id, JsonWriter& out) {
  out.BeginObject().Field("type", "reference").Field("id", id.value()).EndObject();
}

/// A term by field id, in the present form.
void AppendIdTerm(FieldId id, const std::optional<Transform>& transform, JsonWriter& out) {
  if (!transform) {
    AppendIdReference(id, out);
    return;
  }
  std::string text = transform->ToString();
  out.BeginObject().Field("type", "apply").Key("function").BeginObject();
  out.Field("catalog", kFunctionCatalog).Key("identifier").BeginArray();
  out.String(text.substr(0, text.find('['))).EndArray().EndObject();
  out.Key("arguments").BeginArray();
  if (transform->parameter() > 0) {
    out.Int(transform->parameter());
  }
  AppendIdReference(id, out);
  out.EndArray().EndObject();
}

void AppendPredicate(const Predicate& predicate, JsonWriter& out) {
  const auto* id = std::get_if<FieldId>(&predicate.term.reference);
  bool comparison = !IsUnary(predicate.op) && !IsSet(predicate.op);
  out.BeginObject().Field("type", OperationName(predicate.op));
  if (id != nullptr) {
    out.Key(comparison ? "left" : "child");
    AppendIdTerm(*id, predicate.term.transform, out);
  } else {
    out.Key("term");
    AppendTerm(std::get<std::string>(predicate.term.reference), predicate.term.transform, out);
  }
  if (comparison) {
    out.Key(id != nullptr ? "right" : "value");
    AppendConstant(predicate.constants[0], out);
  } else if (IsSet(predicate.op)) {
    out.Key("values").BeginArray();
    for (const Constant& constant : predicate.constants) {
      AppendConstant(constant, out);
    }
    out.EndArray();
  }
  out.EndObject();
}

void AppendTree(const Expression& tree, JsonWriter& out);

/// Joins by halves, so that a long chain does not nest deeply.
void AppendJoined(std::string_view type, std::span<const Expression> operands, JsonWriter& out) {
  if (operands.size() == 1) {
    AppendTree(operands[0], out);
    return;
  }
  size_t half = operands.size() / 2;
  out.BeginObject().Field("type", type).Key("left");
  AppendJoined(type, operands.first(half), out);
  out.Key("right");
  AppendJoined(type, operands.subspan(half), out);
  out.EndObject();
}

void AppendTree(const Expression& tree, JsonWriter& out) {
  switch (tree.kind()) {
    case Expression::Kind::kTrue:
      out.Bool(true);
      return;
    case Expression::Kind::kFalse:
      out.Bool(false);
      return;
    case Expression::Kind::kPredicate:
      AppendPredicate(tree.predicate(), out);
      return;
    case Expression::Kind::kNot:
      out.BeginObject().Field("type", "not").Key("child");
      AppendTree(tree.children()[0], out);
      out.EndObject();
      return;
    case Expression::Kind::kAnd:
      AppendJoined("and", tree.children(), out);
      return;
    case Expression::Kind::kOr:
      AppendJoined("or", tree.children(), out);
      return;
  }
}

}  // namespace

void AppendExpression(const Expression& expression, JsonWriter& out) {
  AppendTree(expression, out);
}

std::string PrintExpression(const Expression& expression) {
  std::string text;
  JsonWriter out(text);
  AppendTree(expression, out);
  return text;
}

}  // namespace firn::iceberg
