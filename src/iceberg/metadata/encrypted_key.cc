#include "iceberg/metadata/encrypted_key.h"

#include <fmt/format.h>

#include "iceberg/metadata/string_map_internal.h"
#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

bool IsBase64(std::string_view text) {
  size_t padding = text.size() - text.substr(0, text.find_last_not_of('=') + 1).size();
  std::string_view body = text.substr(0, text.size() - padding);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return padding <= 2 && body.find_first_not_of(kAlphabet) == std::string_view::npos &&
         body.size() % 4 != 1 && (padding == 0 || text.size() % 4 == 0);
}

}  // namespace

Result<EncryptedKey> ParseEncryptedKey(json::Element element) {
  if (!element.is_object()) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Invalid encryption key, must be non-null object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  EncryptedKey key;
  ASSIGN_OR_RETURN(key.key_id, json::GetString(object, "key-id"));
  ASSIGN_OR_RETURN(key.encrypted_key_metadata, json::GetString(object, "encrypted-key-metadata"));
  if (!IsBase64(key.encrypted_key_metadata)) {
    return Error(ErrorCode::kInvalidArgument,
                 "Cannot parse encrypted-key-metadata: it is not base64");
  }
  ASSIGN_OR_RETURN(auto by_id, json::FindString(object, "encrypted-by-id"));
  if (by_id) {
    key.encrypted_by_id = std::string(*by_id);
  }
  ASSIGN_OR_RETURN(key.properties, json::FindStringMap(object, "properties"));
  return key;
}

void AppendEncryptedKey(const EncryptedKey& key, JsonWriter& out) {
  out.BeginObject()
      .Field("key-id", key.key_id)
      .Field("encrypted-key-metadata", key.encrypted_key_metadata);
  if (key.encrypted_by_id) {
    out.Field("encrypted-by-id", *key.encrypted_by_id);
  }
  if (!key.properties.empty()) {
    out.Key("properties");
    AppendStringMap(key.properties, out);
  }
  out.EndObject();
}

}  // namespace firn::iceberg
