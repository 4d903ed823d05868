#include "iceberg/schema/literal_json.h"

#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/hex.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/decimal_text.h"
#include "iceberg/schema/json_element.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

Error CannotParse(const Type& type, json::Element element, std::string_view why = "") {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Cannot parse default as a {} value: {}{}",
                                                        ToString(type), Excerpt(element), why));
}

template <class T>
Result<Literal> Found(const Type& type, json::Element element, std::optional<T> value) {
  if (!value) {
    return CannotParse(type, element);
  }
  return Literal(std::move(*value));
}

Result<Literal> ParseNumber(const Type& type, json::Element element) {
  int64_t integer = 0;
  double number = 0;
  switch (type.id()) {
    case TypeId::kInt:
      if (element.get_int64().get(integer) == simdjson::SUCCESS &&
          integer >= std::numeric_limits<int32_t>::min() &&
          integer <= std::numeric_limits<int32_t>::max()) {
        return Literal(static_cast<int32_t>(integer));
      }
      return CannotParse(type, element);
    case TypeId::kLong:
      if (element.get_int64().get(integer) == simdjson::SUCCESS) {
        return Literal(integer);
      }
      return CannotParse(type, element);
    default:
      if (element.get_double().get(number) != simdjson::SUCCESS) {
        return CannotParse(type, element);
      }
      return type.id() == TypeId::kFloat ? Literal(static_cast<float>(number)) : Literal(number);
  }
}

Result<Literal> ParseBytes(const Type& type, json::Element element, std::string_view text) {
  if (type.id() == TypeId::kFixed && text.size() != static_cast<size_t>(type.length()) * 2) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse default {} value: {}, incorrect length: {}",
                             ToString(type), Excerpt(element), text.size()));
  }
  auto bytes = HexDecode(text);
  if (!bytes) {
    return CannotParse(type, element);
  }
  return Literal(Bytes{std::move(*bytes)});
}

Result<Literal> ParseDecimalValue(const Type& type, json::Element element, std::string_view text) {
  auto decimal = ParseDecimal(text);
  if (!decimal) {
    return CannotParse(type, element);
  }
  if (decimal->scale != type.scale()) {
    return CannotParse(type, element, ", the scale doesn't match");
  }
  return Literal(*decimal);
}

Result<Literal> ParseText(const Type& type, json::Element element) {
  std::string_view text;
  if (element.get_string().get(text) != simdjson::SUCCESS) {
    return CannotParse(type, element);
  }
  switch (type.id()) {
    case TypeId::kString:
      return Literal(std::string(text));
    case TypeId::kUuid:
      return Found(type, element, Uuid::Parse(text));
    case TypeId::kDate:
      return Found(type, element, ParseIsoDate(text));
    case TypeId::kTime:
      return Found(type, element, ParseIsoTime(text));
    case TypeId::kTimestamp:
      return Found(type, element, ParseIsoTimestamp(text, TimeUnit::kMicros, ZoneText::kNone));
    case TypeId::kTimestampTz:
      return Found(type, element, ParseIsoTimestamp(text, TimeUnit::kMicros, ZoneText::kUtc));
    case TypeId::kTimestampNs:
      return Found(type, element, ParseIsoTimestamp(text, TimeUnit::kNanos, ZoneText::kNone));
    case TypeId::kTimestampTzNs:
      return Found(type, element, ParseIsoTimestamp(text, TimeUnit::kNanos, ZoneText::kUtc));
    case TypeId::kDecimal:
      return ParseDecimalValue(type, element, text);
    default:
      return ParseBytes(type, element, text);
  }
}

Result<Literal> ParseList(const Type& type, json::Element element) {
  if (!element.is_array()) {
    return CannotParse(type, element);
  }
  auto list = std::make_shared<ListValue>();
  for (json::Element item : ItemsOf(element)) {
    ASSIGN_OR_RETURN(auto value, ParseLiteral(*type.element().type, item));
    list->elements.push_back(std::move(value));
  }
  return Literal(std::shared_ptr<const ListValue>(std::move(list)));
}

Result<Literal> ParseMap(const Type& type, json::Element element) {
  simdjson::dom::array keys;
  simdjson::dom::array values;
  if (element["keys"].get_array().get(keys) != simdjson::SUCCESS ||
      element["values"].get_array().get(values) != simdjson::SUCCESS ||
      keys.size() != values.size()) {
    return CannotParse(type, element);
  }
  auto map = std::make_shared<MapValue>();
  auto value_item = values.begin();
  for (json::Element key_item : keys) {
    ASSIGN_OR_RETURN(auto key, ParseLiteral(*type.key().type, key_item));
    ASSIGN_OR_RETURN(auto value, ParseLiteral(*type.value().type, *value_item));
    ++value_item;
    if (!key) {
      return CannotParse(type, element);
    }
    map->entries.emplace_back(std::move(*key), std::move(value));
  }
  return Literal(std::shared_ptr<const MapValue>(std::move(map)));
}

Result<Literal> ParseStruct(const Type& type, json::Element element) {
  if (!element.is_object()) {
    return CannotParse(type, element);
  }
  json::Object object = FieldsOf(element);
  auto record = std::make_shared<StructValue>();
  for (const NestedField& field : type.fields()) {
    if (auto item = json::Find(object, std::to_string(field.id.value()))) {
      ASSIGN_OR_RETURN(auto value, ParseLiteral(*field.type, *item));
      if (value) {
        record->fields.emplace_back(field.id, std::move(*value));
      }
    }
  }
  return Literal(std::shared_ptr<const StructValue>(std::move(record)));
}

Result<Literal> ParseNonNull(const Type& type, json::Element element) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return element.is_bool() ? Result<Literal>(Literal(element.get_bool().value_unsafe()))
                               : CannotParse(type, element);
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kFloat:
    case TypeId::kDouble:
      return ParseNumber(type, element);
    case TypeId::kList:
      return ParseList(type, element);
    case TypeId::kMap:
      return ParseMap(type, element);
    case TypeId::kStruct:
      return ParseStruct(type, element);
    case TypeId::kUnknown:
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Type: {} is not supported", ToString(type)));
    default:
      return ParseText(type, element);
  }
}

void AppendFloat(float value, JsonWriter& out) {
  std::array<char, 32> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  std::string digits(text.data(), end);
  if (digits.find_first_of(".en") == std::string::npos) {
    digits += ".0";
  }
  out.Raw(digits);
}

void AppendLong(const Type& type, int64_t value, JsonWriter& out) {
  switch (type.id()) {
    case TypeId::kTime:
      out.String(FormatIsoTime(value));
      return;
    case TypeId::kTimestamp:
      out.String(FormatIsoTimestamp(value, TimeUnit::kMicros, ZoneText::kNone));
      return;
    case TypeId::kTimestampTz:
      out.String(FormatIsoTimestamp(value, TimeUnit::kMicros, ZoneText::kUtc));
      return;
    case TypeId::kTimestampNs:
      out.String(FormatIsoTimestamp(value, TimeUnit::kNanos, ZoneText::kNone));
      return;
    case TypeId::kTimestampTzNs:
      out.String(FormatIsoTimestamp(value, TimeUnit::kNanos, ZoneText::kUtc));
      return;
    default:
      out.Int(value);
  }
}

/// One overload a kind of value.
struct Appender {
  const Type& type;
  JsonWriter& out;

  void operator()(bool value) const { out.Bool(value); }
  void operator()(int32_t value) const {
    if (type.id() == TypeId::kDate) {
      out.String(FormatIsoDate(value));
    } else {
      out.Int(value);
    }
  }
  void operator()(int64_t value) const { AppendLong(type, value, out); }
  void operator()(float value) const { AppendFloat(value, out); }
  void operator()(double value) const { out.Double(value); }
  void operator()(const Decimal& value) const { out.String(FormatDecimal(value)); }
  void operator()(const std::string& value) const { out.String(value); }
  void operator()(const Uuid& value) const { out.String(value.ToString()); }
  void operator()(const Bytes& value) const { out.String(HexEncode(value.data)); }

  void operator()(const std::shared_ptr<const ListValue>& list) const {
    out.BeginArray();
    for (const auto& element : list->elements) {
      AppendOptional(*type.element().type, element);
    }
    out.EndArray();
  }
  void operator()(const std::shared_ptr<const MapValue>& map) const {
    out.BeginObject().Key("keys").BeginArray();
    for (const auto& entry : map->entries) {
      AppendLiteral(*type.key().type, entry.first, out);
    }
    out.EndArray().Key("values").BeginArray();
    for (const auto& entry : map->entries) {
      AppendOptional(*type.value().type, entry.second);
    }
    out.EndArray().EndObject();
  }
  void operator()(const std::shared_ptr<const StructValue>& record) const {
    out.BeginObject();
    for (const auto& [id, value] : record->fields) {
      for (const NestedField& field : type.fields()) {
        if (field.id == id) {
          out.Key(std::to_string(id.value()));
          AppendLiteral(*field.type, value, out);
        }
      }
    }
    out.EndObject();
  }
  void AppendOptional(const Type& item_type, const std::optional<Literal>& value) const {
    if (value) {
      AppendLiteral(item_type, *value, out);
    } else {
      out.Null();
    }
  }
};

}  // namespace

Result<std::optional<Literal>> ParseLiteral(const Type& type, json::Element element) {
  if (element.is_null()) {
    return std::optional<Literal>();
  }
  ASSIGN_OR_RETURN(Literal literal, ParseNonNull(type, element));
  return std::optional<Literal>(std::move(literal));
}

void AppendLiteral(const Type& type, const Literal& literal, JsonWriter& out) {
  std::visit(Appender{type, out}, literal.value());
}

}  // namespace firn::iceberg
