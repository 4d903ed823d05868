#include <algorithm>
#include <span>
#include <string>

#include <fmt/format.h>

#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/text_lexer_internal.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    quoted.append(c == quote ? 2 : 1, c);
  }
  return quoted + quote;
}

/// Parts of plain letters stay bare; a keyword or another character puts the whole in quotes.
std::string NameText(std::string_view name) {
  for (size_t begin = 0; begin <= name.size();) {
    size_t end = std::min(name.find('.', begin), name.size());
    if (!IsPlainName(name.substr(begin, end - begin))) {
      return Quote(name, '"');
    }
    begin = end + 1;
  }
  return name.empty() ? "\"\"" : std::string(name);
}

std::string TermText(const Term& term) {
  const auto* id = std::get_if<FieldId>(&term.reference);
  std::string column =
      id != nullptr ? fmt::format("#{}", id->value()) : NameText(std::get<0>(term.reference));
  return term.transform ? fmt::format("{}({})", term.transform->ToString(), column) : column;
}

/// `like` pattern of the texts that start with `prefix`.
std::string PrefixPattern(std::string_view prefix) {
  std::string pattern;
  for (char c : prefix) {
    if (c == '%' || c == '_' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return Quote(pattern + "%", '\'');
}

std::string_view Symbol(Operation op) {
  switch (op) {
    case Operation::kLt:
      return "<";
    case Operation::kLtEq:
      return "<=";
    case Operation::kGt:
      return ">";
    case Operation::kGtEq:
      return ">=";
    case Operation::kEq:
      return "=";
    default:
      return "!=";
  }
}

std::string ListText(std::span<const Constant> constants) {
  std::string text = "(";
  for (const Constant& constant : constants) {
    text += text.size() > 1 ? ", " : "";
    text += ToString(constant);
  }
  return text + ")";
}

std::string PredicateText(const Predicate& predicate) {
  std::string term = TermText(predicate.term);
  switch (predicate.op) {
    case Operation::kIsNull:
      return term + " is null";
    case Operation::kNotNull:
      return term + " is not null";
    case Operation::kIsNan:
      return term + " is nan";
    case Operation::kNotNan:
      return term + " is not nan";
    case Operation::kIn:
      return term + " in " + ListText(predicate.constants);
    case Operation::kNotIn:
      return term + " not in " + ListText(predicate.constants);
    case Operation::kStartsWith:
      return term + " like " + PrefixPattern(*predicate.constants[0].value.As<std::string>());
    case Operation::kNotStartsWith:
      return term + " not like " + PrefixPattern(*predicate.constants[0].value.As<std::string>());
    default:
      return fmt::format("{} {} {}", term, Symbol(predicate.op), ToString(predicate.constants[0]));
  }
}

std::string Join(std::span<const Expression> operands, std::string_view word) {
  std::string text;
  for (const Expression& operand : operands) {
    bool brackets =
        operand.kind() == Expression::Kind::kAnd || operand.kind() == Expression::Kind::kOr;
    text += text.empty() ? "" : word;
    text += brackets ? "(" + ToString(operand) + ")" : ToString(operand);
  }
  return text;
}

}  // namespace

std::string ToString(const Constant& constant) {
  std::string json;
  JsonWriter out(json);
  switch (constant.type->id()) {
    case TypeId::kString:
      return Quote(*constant.value.As<std::string>(), '\'');
    case TypeId::kBoolean:
    case TypeId::kLong:
    case TypeId::kDouble:
      AppendLiteral(*constant.type, constant.value, out);
      return json;
    default:
      AppendLiteral(*constant.type, constant.value, out);
      // A JSON string of these types holds nothing that is escaped.
      if (json.front() == '"') {
        json = json.substr(1, json.size() - 2);
      }
      return fmt::format("{} '{}'", ToString(*constant.type), json);
  }
}

std::string ToString(const Expression& expression) {
  switch (expression.kind()) {
    case Expression::Kind::kTrue:
      return "true";
    case Expression::Kind::kFalse:
      return "false";
    case Expression::Kind::kPredicate:
      return PredicateText(expression.predicate());
    case Expression::Kind::kNot: {
      const Expression& child = expression.children()[0];
      bool brackets = child.kind() != Expression::Kind::kPredicate;
      return brackets ? "not (" + ToString(child) + ")" : "not " + ToString(child);
    }
    case Expression::Kind::kAnd:
      return Join(expression.children(), " and ");
    case Expression::Kind::kOr:
      return Join(expression.children(), " or ");
  }
  return {};
}

}  // namespace firn::iceberg
