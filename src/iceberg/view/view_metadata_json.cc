#include "iceberg/view/view_metadata_json.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/schema/json_element.h"
#include "iceberg/schema/schema_json.h"

namespace firn::iceberg {
namespace {

Result<ViewRepresentation> ParseRepresentation(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "representations"));
  ViewRepresentation representation;
  ASSIGN_OR_RETURN(std::string_view type, json::GetString(object, "type"));
  representation.type = ToLowerAscii(type);
  if (!representation.is_sql()) {
    representation.json = json::ToJson(element);
    return representation;
  }
  ASSIGN_OR_RETURN(representation.sql, json::GetString(object, "sql"));
  ASSIGN_OR_RETURN(representation.dialect, json::GetString(object, "dialect"));
  return representation;
}

Result<ViewHistoryEntry> ParseHistoryEntry(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "version-log"));
  ASSIGN_OR_RETURN(int64_t timestamp_ms, json::GetInt64(object, "timestamp-ms"));
  ASSIGN_OR_RETURN(int32_t version_id, json::GetInt32(object, "version-id"));
  return ViewHistoryEntry{TimestampMs(timestamp_ms), ViewVersionId(version_id)};
}

template <class T, class Parse>
Status ParseArray(const json::Object& root,
                  std::string_view key,
                  std::vector<T>& list,
                  Parse parse) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(root, key));
  if (!element.is_array()) {
    return InvalidArgument(
        fmt::format("Cannot parse {} from non-array: {}", key, Excerpt(element)));
  }
  for (json::Element item : ItemsOf(element)) {
    ASSIGN_OR_RETURN(T value, parse(item));
    list.push_back(std::move(value));
  }
  return {};
}

template <class T, class GetId>
bool HasTwins(const std::vector<T>& list, GetId get_id) {
  std::vector<int32_t> ids;
  ids.reserve(list.size());
  for (const T& item : list) {
    ids.push_back(get_id(item).value());
  }
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) != ids.end();
}

Status Validate(const ViewMetadata& metadata) {
  if (HasTwins(metadata.schemas, [](const Schema& schema) { return schema.id(); })) {
    return InvalidArgument("Invalid view metadata: more than one schema with the same id");
  }
  if (HasTwins(metadata.versions, [](const ViewVersion& version) { return version.id; })) {
    return InvalidArgument("Invalid view metadata: more than one version with the same id");
  }
  const ViewVersion* current = metadata.FindVersion(metadata.current_version_id);
  if (current == nullptr) {
    return InvalidArgument(fmt::format("Cannot find current version {} in view versions",
                                       metadata.current_version_id.value()));
  }
  if (metadata.FindSchema(current->schema_id) == nullptr) {
    return InvalidArgument(fmt::format("Cannot find current schema with id {} in schemas",
                                       current->schema_id.value()));
  }
  return {};
}

Result<ViewMetadata> ParseRoot(json::Element element) {
  if (!element.is_object()) {
    return InvalidArgument(
        fmt::format("Cannot parse view metadata from non-object: {}", Excerpt(element)));
  }
  json::Object root = FieldsOf(element);
  ViewMetadata metadata;
  ASSIGN_OR_RETURN(metadata.uuid, json::GetString(root, "view-uuid"));
  ASSIGN_OR_RETURN(metadata.format_version, json::GetInt32(root, "format-version"));
  if (metadata.format_version < 1 || metadata.format_version > kMaxViewFormatVersion) {
    return InvalidArgument(fmt::format("Unsupported format version: {}", metadata.format_version));
  }
  ASSIGN_OR_RETURN(metadata.location, json::GetString(root, "location"));
  ASSIGN_OR_RETURN(metadata.properties, json::FindStringMap(root, "properties"));
  RETURN_IF_ERROR(ParseArray(root, "schemas", metadata.schemas, ParseSchema));
  ASSIGN_OR_RETURN(int32_t version_id, json::GetInt32(root, "current-version-id"));
  metadata.current_version_id = ViewVersionId(version_id);
  RETURN_IF_ERROR(ParseArray(root, "versions", metadata.versions, ParseViewVersion));
  RETURN_IF_ERROR(ParseArray(root, "version-log", metadata.history, ParseHistoryEntry));
  RETURN_IF_ERROR(Validate(metadata));
  return metadata;
}

void AppendStringMap(const PropertyMap& map, JsonWriter& out) {
  out.BeginObject();
  for (const auto& [key, value] : map) {
    out.Field(key, value);
  }
  out.EndObject();
}

void AppendRepresentation(const ViewRepresentation& representation, JsonWriter& out) {
  if (!representation.is_sql()) {
    out.Raw(representation.json);
    return;
  }
  out.BeginObject()
      .Field("type", representation.type)
      .Field("sql", representation.sql)
      .Field("dialect", representation.dialect)
      .EndObject();
}

}  // namespace

Result<ViewVersion> ParseViewVersion(json::Element element) {
  if (!element.is_object()) {
    return InvalidArgument(
        fmt::format("Cannot parse view version from a non-object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ViewVersion version;
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "version-id"));
  version.id = ViewVersionId(id);
  ASSIGN_OR_RETURN(int32_t schema_id, json::GetInt32(object, "schema-id"));
  version.schema_id = SchemaId(schema_id);
  ASSIGN_OR_RETURN(int64_t timestamp_ms, json::GetInt64(object, "timestamp-ms"));
  version.timestamp = TimestampMs(timestamp_ms);
  ASSIGN_OR_RETURN(version.summary, json::GetStringMap(object, "summary"));
  RETURN_IF_ERROR(
      ParseArray(object, "representations", version.representations, ParseRepresentation));
  ASSIGN_OR_RETURN(auto catalog, json::FindString(object, "default-catalog"));
  if (catalog) {
    version.default_catalog = std::string(*catalog);
  }
  ASSIGN_OR_RETURN(version.default_namespace, json::GetStringList(object, "default-namespace"));
  return version;
}

Result<ViewMetadataPtr> ParseViewMetadata(std::string_view json) {
  auto document = json::Document::Parse(json, json::kFileLimits);
  if (!document.has_value()) {
    Error error = TakeError(std::move(document));
    bool is_content = error.code() == ErrorCode::kInvalidArgument;
    return is_content ? std::move(error).As(ErrorCode::kInvalidMetadata) : std::move(error);
  }
  auto metadata = ParseRoot(document->root());
  if (!metadata.has_value()) {
    return std::move(metadata).error().As(ErrorCode::kInvalidMetadata);
  }
  return std::make_shared<const ViewMetadata>(*std::move(metadata));
}

void AppendViewVersion(const ViewVersion& version, JsonWriter& out) {
  out.BeginObject()
      .Field("version-id", version.id.value())
      .Field("timestamp-ms", version.timestamp.value())
      .Field("schema-id", version.schema_id.value())
      .Key("summary");
  AppendStringMap(version.summary, out);
  if (version.default_catalog) {
    out.Field("default-catalog", *version.default_catalog);
  }
  out.Key("default-namespace").BeginArray();
  for (const std::string& level : version.default_namespace) {
    out.String(level);
  }
  out.EndArray().Key("representations").BeginArray();
  for (const ViewRepresentation& representation : version.representations) {
    AppendRepresentation(representation, out);
  }
  out.EndArray().EndObject();
}

void AppendViewMetadata(const ViewMetadata& metadata, std::string& text) {
  JsonWriter out(text);
  out.BeginObject()
      .Field("view-uuid", metadata.uuid)
      .Field("format-version", metadata.format_version)
      .Field("location", metadata.location);
  if (!metadata.properties.empty()) {
    out.Key("properties");
    AppendStringMap(metadata.properties, out);
  }
  out.Key("schemas").BeginArray();
  for (const Schema& schema : metadata.schemas) {
    AppendSchema(schema, out);
  }
  out.EndArray()
      .Field("current-version-id", metadata.current_version_id.value())
      .Key("versions")
      .BeginArray();
  for (const ViewVersion& version : metadata.versions) {
    AppendViewVersion(version, out);
  }
  out.EndArray().Key("version-log").BeginArray();
  for (const ViewHistoryEntry& entry : metadata.history) {
    out.BeginObject()
        .Field("timestamp-ms", entry.timestamp.value())
        .Field("version-id", entry.version_id.value())
        .EndObject();
  }
  out.EndArray().EndObject();
}

std::string PrintViewMetadata(const ViewMetadata& metadata) {
  std::string text;
  AppendViewMetadata(metadata, text);
  return text;
}

}  // namespace firn::iceberg
