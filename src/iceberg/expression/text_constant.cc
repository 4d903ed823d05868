#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/number_text_internal.h"
#include "iceberg/expression/text_constant_internal.h"
#include "iceberg/schema/decimal_text.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

template <class Number>
std::optional<Number> ReadWhole(const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::optional<Constant> DecimalConstant(const std::optional<Decimal>& number) {
  if (!number || number->scale < 0 || number->scale > kMaxDecimalPrecision) {
    return std::nullopt;
  }
  int32_t precision = std::max(DigitCount(number->unscaled), std::max(number->scale, 1));
  if (precision > kMaxDecimalPrecision) {
    return std::nullopt;
  }
  return Constant{Type::Decimal(precision, number->scale), Literal(*number)};
}

bool HoldsExactly(double value, const std::optional<Decimal>& number) {
  auto shortest = ShortestDecimal(value);
  return number && shortest &&
         CompareLiterals(Literal(*shortest), Literal(*number)) == std::partial_ordering::equivalent;
}

bool IsJsonNumber(const Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kFloat:
    case TypeId::kDouble:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Constant> NumberConstant(std::string_view sign, const Token& digits) {
  std::string text = std::string(sign) + digits.text;
  bool integer = digits.text.find_first_of(".eE") == std::string::npos;
  if (integer) {
    if (auto number = ReadWhole<int64_t>(text)) {
      return Constant::Long(*number);
    }
  }
  auto exact = ParseDecimal(text);
  auto nearest = ReadWhole<double>(text);
  if (nearest && !integer && HoldsExactly(*nearest, exact)) {
    return Constant::Double(*nearest);
  }
  if (auto constant = DecimalConstant(exact)) {
    return *constant;
  }
  if (nearest && !integer) {
    return Constant::Double(*nearest);
  }
  return FilterError(digits.offset, fmt::format("a number out of range: {}", text));
}

Result<Constant> TypedConstant(std::string_view type_name, const Token& value) {
  Result<TypePtr> type = ParseTypeName(type_name);
  if (!type.has_value()) {
    return FilterError(value.offset, fmt::format("no type '{}'", type_name));
  }
  std::string json = value.text;
  if (!IsJsonNumber(**type)) {
    json.clear();
    AppendJsonString(json, value.text);
  }
  auto document = json::Document::Parse(json);
  if (document.has_value()) {
    auto literal = ParseLiteral(**type, document->root());
    if (literal.has_value() && *literal) {
      return Constant{*type, **std::move(literal)};
    }
  }
  return FilterError(value.offset,
                     fmt::format("cannot read '{}' as {}", value.text, ToString(**type)));
}

}  // namespace firn::iceberg
