#include "server/store/sql/session/properties.h"

#include "base/json_reader.h"
#include "base/json_writer.h"

namespace firn::store::sql {

std::string PropertiesToJson(const Properties& properties) {
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject();
  for (const auto& [key, value] : properties) {
    writer.Field(key, std::string_view(value));
  }
  writer.EndObject();
  return text;
}

Result<Properties> PropertiesFromJson(std::string_view text) {
  auto document = json::Document::Parse(text, json::kFileLimits);
  if (!document.has_value()) {
    return TakeError(std::move(document)).As(ErrorCode::kInternal);
  }
  Properties properties;
  auto root = json::AsObject(document->root(), "properties");
  if (!root.has_value()) {
    return TakeError(std::move(root)).As(ErrorCode::kInternal);
  }
  for (auto [key, value] : *root) {
    auto string = json::AsString(value, key);
    if (!string.has_value()) {
      return TakeError(std::move(string)).As(ErrorCode::kInternal);
    }
    properties.emplace(key, *string);
  }
  return properties;
}

}  // namespace firn::store::sql
