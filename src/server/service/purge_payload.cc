#include "server/service/purge_payload.h"

#include "base/json_reader.h"
#include "base/json_writer.h"

namespace firn::service {

std::string PrintPurgePayload(const PurgePayload& payload) {
  std::string json;
  JsonWriter(json)
      .BeginObject()
      .Field("metadata-location", payload.metadata_location)
      .Field("location", payload.location)
      .Field("uuid", payload.uuid)
      .EndObject();
  return json;
}

Result<PurgePayload> ParsePurgePayload(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json));
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(document.root(), "purge payload"));
  ASSIGN_OR_RETURN(std::string_view metadata_location,
                   json::GetString(object, "metadata-location"));
  ASSIGN_OR_RETURN(std::string_view location, json::GetString(object, "location"));
  ASSIGN_OR_RETURN(std::string_view uuid, json::GetString(object, "uuid"));
  return PurgePayload{std::string(metadata_location), std::string(location), std::string(uuid)};
}

}  // namespace firn::service
