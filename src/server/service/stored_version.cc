#include "server/service/stored_version.h"

#include "base/json_reader.h"
#include "base/json_writer.h"

namespace firn::service {
namespace {

constexpr std::string_view kLocation = "metadata-location";
constexpr std::string_view kUuid = "uuid";

Result<StoredVersion> Parse(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json));
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(document.root(), "stored version"));
  ASSIGN_OR_RETURN(std::string_view location, json::GetString(object, kLocation));
  ASSIGN_OR_RETURN(std::string_view uuid, json::GetString(object, kUuid));
  return StoredVersion{std::string(location), std::string(uuid)};
}

}  // namespace

const std::string& UuidOf(const MetadataEntry& entry) {
  return entry.table() != nullptr ? entry.table()->uuid : entry.view()->uuid;
}

std::string ReferenceTo(const MetadataEntry& entry) {
  std::string json;
  JsonWriter(json)
      .BeginObject()
      .Field(kLocation, entry.location())
      .Field(kUuid, UuidOf(entry))
      .EndObject();
  return json;
}

std::optional<StoredVersion> ParseReference(std::string_view reference) {
  if (!reference.starts_with('{')) {
    return StoredVersion{std::string(reference), ""};
  }
  auto parsed = Parse(reference);
  return parsed.has_value() ? std::optional(*std::move(parsed)) : std::nullopt;
}

}  // namespace firn::service
