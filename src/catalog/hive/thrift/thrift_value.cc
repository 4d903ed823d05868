#include "catalog/hive/thrift/thrift_value.h"

#include <algorithm>
#include <utility>

namespace firn::catalog::hive::thrift {

Value Value::Number(Type type, int64_t value) {
  Value made;
  made.type = type;
  made.number = value;
  return made;
}

Value Value::Text(std::string text) {
  Value made;
  made.type = Type::kString;
  made.text = std::move(text);
  return made;
}

Value Value::List(Type element, std::vector<Value> items) {
  Value made;
  made.type = Type::kList;
  made.element = element;
  made.items = std::move(items);
  return made;
}

Value Value::TextList(const std::vector<std::string>& texts) {
  std::vector<Value> items;
  items.reserve(texts.size());
  for (const std::string& text : texts) {
    items.push_back(Text(text));
  }
  return List(Type::kString, std::move(items));
}

Value Value::Texts(const std::map<std::string, std::string>& texts) {
  Value made;
  made.type = Type::kMap;
  made.key = made.element = Type::kString;
  for (const auto& [key, value] : texts) {
    made.items.push_back(Text(key));
    made.items.push_back(Text(value));
  }
  return made;
}

Value Value::Struct() {
  Value made;
  made.type = Type::kStruct;
  return made;
}

Value& Value::With(int16_t id, Value value) & {
  auto found = std::ranges::find(ids, id);
  if (found != ids.end()) {
    items[static_cast<size_t>(found - ids.begin())] = std::move(value);
  } else {
    ids.push_back(id);
    items.push_back(std::move(value));
  }
  return *this;
}

Value&& Value::With(int16_t id, Value value) && { return std::move(With(id, std::move(value))); }

const Value* Value::Find(int16_t id, Type of) const {
  auto found = std::ranges::find(ids, id);
  if (found == ids.end()) {
    return nullptr;
  }
  const Value& value = items[static_cast<size_t>(found - ids.begin())];
  return value.type == of ? &value : nullptr;
}

std::string Value::TextAt(int16_t id) const {
  const Value* found = Find(id, Type::kString);
  return found == nullptr ? std::string() : found->text;
}

int64_t Value::NumberAt(int16_t id) const {
  const Value* found = Find(id, Type::kI64);
  found = found == nullptr ? Find(id, Type::kI32) : found;
  return found == nullptr ? 0 : found->number;
}

std::map<std::string, std::string> Value::TextsAt(int16_t id) const {
  std::map<std::string, std::string> texts;
  const Value* found = Find(id, Type::kMap);
  if (found == nullptr || found->key != Type::kString || found->element != Type::kString) {
    return texts;
  }
  for (size_t i = 0; i + 1 < found->items.size(); i += 2) {
    texts.insert_or_assign(found->items[i].text, found->items[i + 1].text);
  }
  return texts;
}

std::vector<std::string> Value::AllTexts() const {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const Value& item : items) {
    texts.push_back(item.text);
  }
  return texts;
}

}  // namespace firn::catalog::hive::thrift
