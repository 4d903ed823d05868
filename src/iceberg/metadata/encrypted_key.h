// EncryptedKey: an encryption key of a table, itself encrypted. Specification: "Encryption Keys".
//
// Errors: kInvalidArgument. Thread-safety: plain values.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"

namespace firn::iceberg {

struct EncryptedKey {
  std::string key_id;
  /// Base64, as written: Firn does not look inside.
  std::string encrypted_key_metadata;
  std::optional<std::string> encrypted_by_id;
  std::map<std::string, std::string> properties;

  friend bool operator==(const EncryptedKey&, const EncryptedKey&) = default;
};

Result<EncryptedKey> ParseEncryptedKey(json::Element element);
void AppendEncryptedKey(const EncryptedKey& key, JsonWriter& out);

}  // namespace firn::iceberg
