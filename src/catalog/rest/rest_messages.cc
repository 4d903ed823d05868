#include "catalog/rest/rest_messages.h"

#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/table_requirement_json.h"
#include "iceberg/metadata/table_update_json.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/sort_order_json.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::catalog::rest {
namespace {

/// The root of a body, with the document that it points into.
struct Body {
  json::Document document;
  json::Object root;
};

Result<Body> ParseBody(std::string_view text) {
  ASSIGN_OR_RETURN(auto document, json::Document::Parse(text, json::kFileLimits));
  ASSIGN_OR_RETURN(auto root, json::AsObject(document.root(), "answer"));
  return Body{std::move(document), root};
}

/// Runs a parser of bodies: what it does not understand is no answer of a catalog.
template <class T, class Parser>
Result<T> Read(std::string_view text, std::string_view what, Parser parse) {
  auto body = ParseBody(text);
  Result<T> parsed = body.has_value() ? parse(body->root) : Result<T>(TakeError(std::move(body)));
  if (parsed.has_value() || parsed.error().code() == ErrorCode::kInvalidMetadata) {
    return parsed;
  }
  return Error(ErrorCode::kInternal, std::string(what) + " is no answer of a catalog")
      .With("cause", parsed.error().message());
}

Result<NamespacePath> ParsePath(json::Element element) {
  ASSIGN_OR_RETURN(auto levels, json::AsArray(element, "namespace"));
  NamespacePath path;
  for (json::Element level : levels) {
    ASSIGN_OR_RETURN(std::string_view text, json::AsString(level, "namespace"));
    path.levels.emplace_back(text);
  }
  return path;
}

Result<std::string> ParseNext(const json::Object& root) {
  ASSIGN_OR_RETURN(auto next, json::FindString(root, "next-page-token"));
  return std::string(next.value_or(""));
}

Result<std::vector<ScopedOptions>> ParseCredentials(const json::Object& root) {
  std::vector<ScopedOptions> credentials;
  ASSIGN_OR_RETURN(auto list, json::FindArray(root, "storage-credentials"));
  if (!list) {
    return credentials;
  }
  for (json::Element item : *list) {
    ASSIGN_OR_RETURN(auto object, json::AsObject(item, "storage-credentials"));
    ASSIGN_OR_RETURN(std::string_view prefix, json::GetString(object, "prefix"));
    ASSIGN_OR_RETURN(auto config, json::GetStringMap(object, "config"));
    credentials.push_back({std::string(prefix), std::move(config)});
  }
  return credentials;
}

/// Names with lists of values; several become one, as HTTP has them.
Result<storage::http::HeaderList> ReadHeaders(const json::Object& object) {
  storage::http::HeaderList headers;
  for (auto [name, list] : object) {
    ASSIGN_OR_RETURN(auto values, json::AsArray(list, "headers"));
    std::string joined;
    for (json::Element value : values) {
      ASSIGN_OR_RETURN(std::string_view text, json::AsString(value, "headers"));
      joined += (joined.empty() ? "" : ", ") + std::string(text);
    }
    // A line break would end the header.
    if (joined.find_first_of("\r\n") != std::string::npos ||
        name.find_first_of("\r\n: ") != std::string_view::npos) {
      return Error(ErrorCode::kInvalidArgument, "headers hold what no header can");
    }
    headers.push_back({std::string(name), std::move(joined)});
  }
  return headers;
}

Result<std::optional<SigningConfig>> ReadSigningConfig(const json::Object& root) {
  ASSIGN_OR_RETURN(auto object, json::FindObject(root, "remote-signing-config"));
  if (!object) {
    return std::optional<SigningConfig>();
  }
  SigningConfig config;
  ASSIGN_OR_RETURN(config.properties, json::FindStringMap(*object, "properties"));
  ASSIGN_OR_RETURN(auto headers, json::FindObject(*object, "headers"));
  if (headers) {
    ASSIGN_OR_RETURN(config.headers, ReadHeaders(*headers));
  }
  return std::optional(std::move(config));
}

Result<SignedRequest> ReadSignedRequest(const json::Object& root) {
  SignedRequest request;
  ASSIGN_OR_RETURN(request.uri, json::GetString(root, "uri"));
  ASSIGN_OR_RETURN(auto headers, json::GetObject(root, "headers"));
  ASSIGN_OR_RETURN(request.headers, ReadHeaders(headers));
  return request;
}

Result<LoadedTable> ReadLoadedTable(const json::Object& root) {
  LoadedTable loaded;
  ASSIGN_OR_RETURN(auto location, json::FindString(root, "metadata-location"));
  loaded.metadata_location = location.value_or("");
  ASSIGN_OR_RETURN(json::Element metadata, json::Get(root, "metadata"));
  ASSIGN_OR_RETURN(loaded.metadata, iceberg::ParseTableMetadata(json::ToJson(metadata)));
  ASSIGN_OR_RETURN(loaded.config, json::FindStringMap(root, "config"));
  ASSIGN_OR_RETURN(loaded.credentials, ParseCredentials(root));
  ASSIGN_OR_RETURN(loaded.signing, ReadSigningConfig(root));
  return loaded;
}

Result<LoadedView> ReadLoadedView(const json::Object& root) {
  LoadedView loaded;
  ASSIGN_OR_RETURN(loaded.metadata_location, json::GetString(root, "metadata-location"));
  ASSIGN_OR_RETURN(json::Element metadata, json::Get(root, "metadata"));
  ASSIGN_OR_RETURN(loaded.metadata, iceberg::ParseViewMetadata(json::ToJson(metadata)));
  return loaded;
}

Result<ServerConfig> ReadServerConfig(const json::Object& root) {
  ServerConfig config;
  ASSIGN_OR_RETURN(config.defaults, json::FindStringMap(root, "defaults"));
  ASSIGN_OR_RETURN(config.overrides, json::FindStringMap(root, "overrides"));
  config.keeps_idempotency_keys = json::Find(root, "idempotency-key-lifetime").has_value();
  if (json::Find(root, "endpoints")) {
    ASSIGN_OR_RETURN(auto endpoints, json::GetStringList(root, "endpoints"));
    config.endpoints.emplace(endpoints.begin(), endpoints.end());
  }
  return config;
}

Result<NamespacePage> ReadNamespacePage(const json::Object& root) {
  NamespacePage page;
  ASSIGN_OR_RETURN(auto list, json::GetArray(root, "namespaces"));
  for (json::Element item : list) {
    ASSIGN_OR_RETURN(NamespacePath path, ParsePath(item));
    page.namespaces.push_back(std::move(path));
  }
  ASSIGN_OR_RETURN(page.next, ParseNext(root));
  return page;
}

Result<TablePage> ReadTablePage(const json::Object& root) {
  TablePage page;
  ASSIGN_OR_RETURN(auto list, json::GetArray(root, "identifiers"));
  for (json::Element item : list) {
    ASSIGN_OR_RETURN(auto object, json::AsObject(item, "identifiers"));
    ASSIGN_OR_RETURN(json::Element levels, json::Get(object, "namespace"));
    ASSIGN_OR_RETURN(NamespacePath path, ParsePath(levels));
    ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "name"));
    page.tables.push_back({std::move(path), std::string(name)});
  }
  ASSIGN_OR_RETURN(page.next, ParseNext(root));
  return page;
}

void AppendPath(const NamespacePath& path, JsonWriter& out) {
  out.BeginArray();
  for (const std::string& level : path.levels) {
    out.String(level);
  }
  out.EndArray();
}

void AppendProperties(const PropertyMap& properties, JsonWriter& out) {
  out.BeginObject();
  for (const auto& [name, value] : properties) {
    out.Field(name, value);
  }
  out.EndObject();
}

void AppendIdentifier(const TableIdentifier& identifier, JsonWriter& out) {
  out.BeginObject().Key("namespace");
  AppendPath(identifier.name_space, out);
  out.Field("name", identifier.name).EndObject();
}

}  // namespace

Result<ServerConfig> ParseServerConfig(std::string_view body) {
  return Read<ServerConfig>(body, "The configuration", ReadServerConfig);
}

Result<NamespacePage> ParseNamespacePage(std::string_view body) {
  return Read<NamespacePage>(body, "The list of namespaces", ReadNamespacePage);
}

Result<TablePage> ParseTablePage(std::string_view body) {
  return Read<TablePage>(body, "The list of tables or views", ReadTablePage);
}

Result<PropertyMap> ParseNamespaceProperties(std::string_view body) {
  return Read<PropertyMap>(body, "The namespace", [](const json::Object& root) {
    return json::FindStringMap(root, "properties");
  });
}

Result<LoadedTable> ParseLoadedTable(std::string_view body) {
  return Read<LoadedTable>(body, "The table", ReadLoadedTable);
}

Result<LoadedView> ParseLoadedView(std::string_view body) {
  return Read<LoadedView>(body, "The view", ReadLoadedView);
}

Result<std::vector<ScopedOptions>> ParseCredentialsAnswer(std::string_view body) {
  return Read<std::vector<ScopedOptions>>(body, "The list of credentials", ParseCredentials);
}

Result<SignedRequest> ParseSignedRequest(std::string_view body) {
  return Read<SignedRequest>(body, "The signature", ReadSignedRequest);
}

std::string PrintNewNamespace(const NamespacePath& path, const PropertyMap& properties) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject().Key("namespace");
  AppendPath(path, out);
  out.Key("properties");
  AppendProperties(properties, out);
  out.EndObject();
  return body;
}

std::string PrintNamespaceChange(const NamespaceChange& change) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject().Key("removals").BeginArray();
  for (const std::string& name : change.removals) {
    out.String(name);
  }
  out.EndArray().Key("updates");
  AppendProperties(change.updates, out);
  out.EndObject();
  return body;
}

std::string PrintNewTable(const std::string& name, const NewTable& table) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject().Field("name", name).Key("schema");
  iceberg::AppendSchema(table.schema, out);
  if (table.location) {
    out.Field("location", *table.location);
  }
  if (table.spec) {
    out.Key("partition-spec");
    iceberg::AppendPartitionSpec(*table.spec, out);
  }
  if (table.order) {
    out.Key("write-order");
    iceberg::AppendSortOrder(*table.order, out);
  }
  out.Field("stage-create", false).Key("properties");
  AppendProperties(table.properties, out);
  out.EndObject();
  return body;
}

std::string PrintRegistration(const std::string& name, const std::string& metadata_location) {
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .Field("name", name)
      .Field("metadata-location", metadata_location)
      .EndObject();
  return body;
}

std::string PrintRename(const TableIdentifier& from, const TableIdentifier& to) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject().Key("source");
  AppendIdentifier(from, out);
  out.Key("destination");
  AppendIdentifier(to, out);
  out.EndObject();
  return body;
}

std::string PrintSignRequest(const SignRequest& request) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject()
      .Field("region", request.region)
      .Field("uri", request.uri)
      .Field("method", request.method)
      .Key("headers")
      .BeginObject();
  for (const storage::http::Header& header : request.headers) {
    out.Key(header.name).BeginArray().String(header.value).EndArray();
  }
  out.EndObject();
  if (!request.properties.empty()) {
    out.Key("properties");
    AppendProperties(request.properties, out);
  }
  if (!request.body.empty()) {
    out.Field("body", request.body);
  }
  out.Field("provider", "s3").EndObject();
  return body;
}

std::string PrintCommit(const TableIdentifier& identifier, const table::TableChange& change) {
  std::string body;
  JsonWriter out(body);
  out.BeginObject().Key("identifier");
  AppendIdentifier(identifier, out);
  out.Key("requirements").BeginArray();
  for (const iceberg::TableRequirement& requirement : change.requirements) {
    iceberg::AppendTableRequirement(requirement, out);
  }
  out.EndArray().Key("updates").BeginArray();
  for (const iceberg::TableUpdate& update : change.updates) {
    iceberg::AppendTableUpdate(update, out);
  }
  out.EndArray().EndObject();
  return body;
}

}  // namespace firn::catalog::rest
