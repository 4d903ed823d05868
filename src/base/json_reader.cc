#include "base/json_reader.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace firn::json {
namespace {

Error WrongType(std::string_view article_and_type, std::string_view what, Element element) {
  std::string value = ToJson(element);
  constexpr size_t kMaxShown = 64;
  if (value.size() > kMaxShown) {
    value.resize(kMaxShown);
    while (!value.empty() && (static_cast<unsigned char>(value.back()) & 0xC0) == 0x80) {
      value.pop_back();
    }
    value += "...";
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot parse to {} value: {}: {}", article_and_type, what, value));
}

Error Missing(std::string_view type, std::string_view key) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Cannot parse missing {}: {}", type, key));
}

Status CheckDuplicateKeys(Element element);

Status CheckObjectKeys(const Object& object) {
  std::vector<std::string_view> keys;
  for (auto field : object) {
    keys.push_back(field.key);
    RETURN_IF_ERROR(CheckDuplicateKeys(field.value));
  }
  std::sort(keys.begin(), keys.end());
  auto twin = std::adjacent_find(keys.begin(), keys.end());
  if (twin != keys.end()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("Duplicate key in JSON: {}", *twin));
  }
  return {};
}

/// Recursion is bounded by the depth limit the parser enforced.
Status CheckDuplicateKeys(Element element) {
  if (element.is_object()) {
    return CheckObjectKeys(Object(element.get_object().value_unsafe()));
  }
  if (element.is_array()) {
    Array array(element.get_array().value_unsafe());
    for (Element item : array) {
      RETURN_IF_ERROR(CheckDuplicateKeys(item));
    }
  }
  return {};
}

template <class T, class Convert>
Result<T> Required(const Object& object,
                   std::string_view type,
                   std::string_view key,
                   Convert convert) {
  auto element = Find(object, key);
  if (!element) {
    return Missing(type, key);
  }
  return convert(*element, key);
}

template <class T, class Convert>
Result<std::optional<T>> Optional(const Object& object, std::string_view key, Convert convert) {
  auto element = Find(object, key);
  if (!element) {
    return std::optional<T>();
  }
  ASSIGN_OR_RETURN(T value, convert(*element, key));
  return std::optional<T>(std::move(value));
}

Result<std::map<std::string, std::string>> AsStringMap(Element element, std::string_view what) {
  ASSIGN_OR_RETURN(Object object, AsObject(element, what));
  std::map<std::string, std::string> map;
  for (auto field : object) {
    ASSIGN_OR_RETURN(std::string_view value, AsString(field.value, field.key));
    map.insert_or_assign(std::string(field.key), std::string(value));
  }
  return map;
}

template <class T, class Convert>
Result<std::vector<T>> RequiredList(const Object& object, std::string_view key, Convert convert) {
  ASSIGN_OR_RETURN(Array array, GetArray(object, key));
  std::vector<T> list;
  for (Element item : array) {
    ASSIGN_OR_RETURN(auto value, convert(item, key));
    list.emplace_back(value);
  }
  return list;
}

}  // namespace

Result<Document> Document::Parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("JSON of {} bytes exceeds the limit of {} bytes", text.size(),
                             limits.max_bytes));
  }
  if (text.empty()) {
    return Error(ErrorCode::kInvalidArgument, "Malformed JSON: no text");
  }
  auto parser = std::make_unique<simdjson::dom::parser>();
  constexpr size_t kSmallest = 256;
  if (parser->allocate(std::max(text.size(), kSmallest), limits.max_depth) != simdjson::SUCCESS) {
    return Error(ErrorCode::kResourceExhausted, "Out of memory while parsing JSON");
  }
  Element root;
  auto code = parser->parse(text.data(), text.size()).get(root);
  if (code != simdjson::SUCCESS) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Malformed JSON: {}", simdjson::error_message(code)));
  }
  if (limits.reject_duplicate_keys) {
    RETURN_IF_ERROR(CheckDuplicateKeys(root));
  }
  return Document(std::move(parser), root);
}

Result<Object> AsObject(Element element, std::string_view what) {
  if (!element.is_object()) {
    return WrongType("an object", what, element);
  }
  return Object(element.get_object().value_unsafe());
}

Result<Array> AsArray(Element element, std::string_view what) {
  if (!element.is_array()) {
    return WrongType("an array", what, element);
  }
  return Array(element.get_array().value_unsafe());
}

Result<std::string_view> AsString(Element element, std::string_view what) {
  if (!element.is_string()) {
    return WrongType("a string", what, element);
  }
  return std::string_view(element.get_string().value_unsafe());
}

Result<int64_t> AsInt64(Element element, std::string_view what) {
  int64_t value = 0;
  if (element.get_int64().get(value) != simdjson::SUCCESS) {
    return WrongType("a long", what, element);
  }
  return value;
}

Result<int32_t> AsInt32(Element element, std::string_view what) {
  int64_t value = 0;
  if (element.get_int64().get(value) != simdjson::SUCCESS ||
      value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    return WrongType("an integer", what, element);
  }
  return static_cast<int32_t>(value);
}

Result<bool> AsBool(Element element, std::string_view what) {
  if (!element.is_bool()) {
    return WrongType("a boolean", what, element);
  }
  return element.get_bool().value_unsafe();
}

std::optional<Element> Find(const Object& object, std::string_view key) {
  Element element;
  if (object.at_key(key).get(element) != simdjson::SUCCESS || element.is_null()) {
    return std::nullopt;
  }
  return element;
}

bool Has(const Object& object, std::string_view key) {
  return object.at_key(key).error() == simdjson::SUCCESS;
}

Result<Element> Get(const Object& object, std::string_view key) {
  auto element = Find(object, key);
  if (!element) {
    return Missing("field", key);
  }
  return *element;
}

Result<Object> GetObject(const Object& object, std::string_view key) {
  return Required<Object>(object, "object", key, AsObject);
}

Result<Array> GetArray(const Object& object, std::string_view key) {
  return Required<Array>(object, "list", key, AsArray);
}

Result<std::string_view> GetString(const Object& object, std::string_view key) {
  return Required<std::string_view>(object, "string", key, AsString);
}

Result<int64_t> GetInt64(const Object& object, std::string_view key) {
  return Required<int64_t>(object, "long", key, AsInt64);
}

Result<int32_t> GetInt32(const Object& object, std::string_view key) {
  return Required<int32_t>(object, "int", key, AsInt32);
}

Result<bool> GetBool(const Object& object, std::string_view key) {
  return Required<bool>(object, "boolean", key, AsBool);
}

Result<std::map<std::string, std::string>> GetStringMap(const Object& object,
                                                        std::string_view key) {
  return Required<std::map<std::string, std::string>>(object, "map", key, AsStringMap);
}

Result<std::vector<std::string>> GetStringList(const Object& object, std::string_view key) {
  return RequiredList<std::string>(object, key, AsString);
}

Result<std::vector<int32_t>> GetInt32List(const Object& object, std::string_view key) {
  return RequiredList<int32_t>(object, key, AsInt32);
}

Result<std::vector<int64_t>> GetInt64List(const Object& object, std::string_view key) {
  return RequiredList<int64_t>(object, key, AsInt64);
}

Result<std::optional<Object>> FindObject(const Object& object, std::string_view key) {
  return Optional<Object>(object, key, AsObject);
}

Result<std::optional<Array>> FindArray(const Object& object, std::string_view key) {
  return Optional<Array>(object, key, AsArray);
}

Result<std::optional<std::string_view>> FindString(const Object& object, std::string_view key) {
  return Optional<std::string_view>(object, key, AsString);
}

Result<std::optional<int64_t>> FindInt64(const Object& object, std::string_view key) {
  return Optional<int64_t>(object, key, AsInt64);
}

Result<std::optional<int32_t>> FindInt32(const Object& object, std::string_view key) {
  return Optional<int32_t>(object, key, AsInt32);
}

Result<std::optional<bool>> FindBool(const Object& object, std::string_view key) {
  return Optional<bool>(object, key, AsBool);
}

Result<std::map<std::string, std::string>> FindStringMap(const Object& object,
                                                         std::string_view key) {
  if (!Find(object, key)) {
    return std::map<std::string, std::string>();
  }
  return GetStringMap(object, key);
}

std::string ToJson(Element element) { return simdjson::to_string(element); }

}  // namespace firn::json
