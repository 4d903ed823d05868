#include "server/rest/responses.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::rest {
namespace {

using iceberg::SnapshotSelection;
using service::MetadataEntry;

/// What load and commit results share: everything but `config` and the closing brace.
std::string PrintTable(const MetadataEntry& entry, SnapshotSelection selection) {
  std::string body = "{\"metadata-location\":";
  AppendJsonString(body, entry.location());
  body += ",\"metadata\":";
  iceberg::AppendTableMetadata(*entry.table(), selection, body);
  body.shrink_to_fit();
  return body;
}

/// The end of a load result, and that of a commit result, which has no `config`.
const http::Body kLoadEnd = std::make_shared<const std::string>(",\"config\":{}}");
const http::Body kClientPlansEnd =
    std::make_shared<const std::string>(R"(,"config":{"scan-planning-mode":"client"}})");
const http::Body kServerPlansEnd =
    std::make_shared<const std::string>(R"(,"config":{"scan-planning-mode":"server"}})");
const http::Body kCommitEnd = std::make_shared<const std::string>("}");

/// A table's property that tells its readers who plans their scans: `client` or `server`.
constexpr std::string_view kPlanningModeProperty = "firn.scan-planning-mode";

const http::Body& LoadEnd(const MetadataEntry& entry) {
  auto mode = entry.table()->FindProperty(kPlanningModeProperty);
  if (mode == "server") {
    return kServerPlansEnd;
  }
  return mode == "client" ? kClientPlansEnd : kLoadEnd;
}

http::Response TableResponse(const MetadataEntry& entry,
                             SnapshotSelection selection,
                             const http::Body& end) {
  http::Response response;
  response.headers.emplace_back("Content-Type", kJson);
  response.body.push_back(entry.Rendered(selection, [&] { return PrintTable(entry, selection); }));
  response.body.push_back(end);
  return response;
}

std::string PrintLoadView(const MetadataEntry& entry) {
  std::string body = "{\"metadata-location\":";
  AppendJsonString(body, entry.location());
  body += ",\"metadata\":";
  iceberg::AppendViewMetadata(*entry.view(), body);
  body += ",\"config\":{}}";
  return body;
}

http::Response SharedResponse(http::Body body) {
  http::Response response;
  response.headers.emplace_back("Content-Type", kJson);
  response.body.push_back(std::move(body));
  return response;
}

void AppendLevels(JsonWriter& writer, const NamespacePath& path) {
  writer.BeginArray();
  for (const std::string& level : path.levels) {
    writer.String(level);
  }
  writer.EndArray();
}

void AppendStrings(JsonWriter& writer, std::string_view key, const std::vector<std::string>& list) {
  writer.Key(key).BeginArray();
  for (const std::string& item : list) {
    writer.String(item);
  }
  writer.EndArray();
}

void AppendNextPage(JsonWriter& writer, std::string_view next) {
  writer.Key("next-page-token");
  if (next.empty()) {
    writer.Null();
  } else {
    writer.String(next);
  }
}

void AppendProperties(JsonWriter& writer, const store::Properties& properties) {
  writer.Key("properties").BeginObject();
  for (const auto& [key, value] : properties) {
    writer.Field(key, value);
  }
  writer.EndObject();
}

void AppendWarehouse(JsonWriter& writer, const store::WarehouseRecord& warehouse) {
  writer.BeginObject()
      .Field("name", warehouse.name)
      .Field("location", warehouse.location)
      .Field("default", warehouse.is_default);
  AppendProperties(writer, warehouse.properties);
  writer.EndObject();
}

}  // namespace

http::Response JsonResponse(std::string body) {
  return http::MakeResponse(200, kJson, std::move(body));
}

http::Response JsonResponse(http::Body body) { return SharedResponse(std::move(body)); }

http::Response NoContent() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response LoadTableResponse(const MetadataEntry& entry, SnapshotSelection selection) {
  http::Response response = TableResponse(entry, selection, LoadEnd(entry));
  response.headers.emplace_back("ETag", EntityTag(entry, selection));
  return response;
}

http::Response CommitTableResponse(const MetadataEntry& entry) {
  http::Response response = TableResponse(entry, SnapshotSelection::kAll, kCommitEnd);
  response.headers.emplace_back("ETag", EntityTag(entry, SnapshotSelection::kAll));
  return response;
}

http::Response UnregisterTableResponse(const MetadataEntry& entry) {
  return TableResponse(entry, SnapshotSelection::kAll, kCommitEnd);
}

std::string PrintStagedTable(std::string_view metadata_json) {
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .RawField("metadata", metadata_json)
      .RawField("config", "{}")
      .EndObject();
  return body;
}

http::Response LoadViewResponse(const MetadataEntry& entry) {
  return SharedResponse(
      entry.Rendered(SnapshotSelection::kAll, [&] { return PrintLoadView(entry); }));
}

std::string EntityTag(const MetadataEntry& entry, SnapshotSelection selection) {
  return "\"" + entry.fingerprint(selection) + "\"";
}

bool Matches(std::string_view if_none_match, std::string_view tag) {
  std::string_view bare = tag.substr(1, tag.size() - 2);
  while (!if_none_match.empty()) {
    size_t comma = if_none_match.find(',');
    std::string_view item = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size() : comma + 1);
    size_t first = item.find_first_not_of(" \t");
    item = first == std::string_view::npos ? std::string_view() : item.substr(first);
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    if (item.starts_with("W/")) {
      item.remove_prefix(2);
    }
    if (item == tag || item == bare || item == "*") {
      return true;
    }
  }
  return false;
}

std::string PrintNamespace(const store::NamespaceRecord& name_space) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespace");
  AppendLevels(writer, name_space.path);
  AppendProperties(writer, name_space.properties);
  writer.EndObject();
  return body;
}

std::string PrintPropertiesResult(const store::NamespacePropertiesResult& result) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject();
  AppendStrings(writer, "updated", result.updated);
  AppendStrings(writer, "removed", result.removed);
  AppendStrings(writer, "missing", result.missing);
  writer.EndObject();
  return body;
}

std::string PrintNamespaces(const NamespacePath& parent,
                            const std::vector<std::string>& names,
                            std::string_view next) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespaces").BeginArray();
  NamespacePath child = parent;
  child.levels.emplace_back();
  for (const std::string& name : names) {
    child.levels.back() = name;
    AppendLevels(writer, child);
  }
  writer.EndArray();
  AppendNextPage(writer, next);
  writer.EndObject();
  return body;
}

std::string PrintIdentifiers(const NamespacePath& name_space,
                             const std::vector<std::string>& names,
                             std::string_view next) {
  std::string levels;
  JsonWriter levels_writer(levels);
  AppendLevels(levels_writer, name_space);
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("identifiers").BeginArray();
  for (const std::string& name : names) {
    writer.BeginObject().RawField("namespace", levels).Field("name", name).EndObject();
  }
  writer.EndArray();
  AppendNextPage(writer, next);
  writer.EndObject();
  return body;
}

std::string PrintWarehouse(const store::WarehouseRecord& warehouse) {
  std::string body;
  JsonWriter writer(body);
  AppendWarehouse(writer, warehouse);
  return body;
}

std::string PrintWarehouses(const std::vector<store::WarehouseRecord>& warehouses) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("warehouses").BeginArray();
  for (const store::WarehouseRecord& warehouse : warehouses) {
    AppendWarehouse(writer, warehouse);
  }
  writer.EndArray().EndObject();
  return body;
}

}  // namespace firn::rest
