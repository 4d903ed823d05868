#include "server/rest/requests.h"

#include <utility>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "iceberg/metadata/table_requirement_json.h"
#include "iceberg/metadata/table_update_json.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/sort_order_json.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::rest {
namespace {

/// A parsed body and its root object.
struct Body {
  json::Document document;
  json::Object root;
};

Result<Body> ParseBody(std::string_view text) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(text));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "request body"));
  return Body{std::move(document), root};
}

Result<NamespacePath> ParseNamespace(const json::Object& object) {
  ASSIGN_OR_RETURN(std::vector<std::string> levels, json::GetStringList(object, "namespace"));
  return NamespacePath{std::move(levels)};
}

Result<TableIdentifier> ParseIdentifier(const json::Object& object) {
  TableIdentifier identifier;
  ASSIGN_OR_RETURN(identifier.name_space, ParseNamespace(object));
  ASSIGN_OR_RETURN(identifier.name, json::GetString(object, "name"));
  return identifier;
}

Status CheckSameIdentifier(const json::Object& root, const TableIdentifier& expected) {
  ASSIGN_OR_RETURN(auto object, json::FindObject(root, "identifier"));
  if (object) {
    ASSIGN_OR_RETURN(TableIdentifier identifier, ParseIdentifier(*object));
    if (identifier != expected) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The identifier {} in the body is not {} of the path",
                               identifier.ToString(), expected.ToString()));
    }
  }
  return {};
}

Result<std::optional<std::string>> FindText(const json::Object& object, std::string_view key) {
  ASSIGN_OR_RETURN(auto text, json::FindString(object, key));
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

/// Requirements and updates of one table.
Status ParseChange(const json::Object& object, service::TableChange& change) {
  ASSIGN_OR_RETURN(json::Array requirements, json::GetArray(object, "requirements"));
  ASSIGN_OR_RETURN(change.requirements, iceberg::ParseTableRequirements(requirements));
  ASSIGN_OR_RETURN(json::Array updates, json::GetArray(object, "updates"));
  ASSIGN_OR_RETURN(change.updates, iceberg::ParseTableUpdates(updates));
  return {};
}

}  // namespace

Result<CreateNamespaceBody> ParseCreateNamespace(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  CreateNamespaceBody result;
  ASSIGN_OR_RETURN(result.path, ParseNamespace(parsed.root));
  ASSIGN_OR_RETURN(result.properties, json::FindStringMap(parsed.root, "properties"));
  return result;
}

Result<store::UpdateNamespaceProperties> ParseUpdateProperties(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  store::UpdateNamespaceProperties update;
  ASSIGN_OR_RETURN(update.updates, json::FindStringMap(parsed.root, "updates"));
  if (json::Find(parsed.root, "removals")) {
    ASSIGN_OR_RETURN(update.removals, json::GetStringList(parsed.root, "removals"));
  }
  return update;
}

Result<CreateTableBody> ParseCreateTable(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  CreateTableBody result;
  service::CreateTableRequest& request = result.request;
  ASSIGN_OR_RETURN(request.identifier.name, json::GetString(parsed.root, "name"));
  ASSIGN_OR_RETURN(request.location, FindText(parsed.root, "location"));
  ASSIGN_OR_RETURN(json::Element schema, json::Get(parsed.root, "schema"));
  ASSIGN_OR_RETURN(request.schema, iceberg::ParseSchema(schema));
  if (auto spec = json::Find(parsed.root, "partition-spec")) {
    ASSIGN_OR_RETURN(request.spec, iceberg::ParsePartitionSpec(*spec));
  }
  if (auto order = json::Find(parsed.root, "write-order")) {
    ASSIGN_OR_RETURN(request.order, iceberg::ParseSortOrder(*order));
  }
  ASSIGN_OR_RETURN(request.properties, json::FindStringMap(parsed.root, "properties"));
  ASSIGN_OR_RETURN(auto stage, json::FindBool(parsed.root, "stage-create"));
  result.stage = stage.value_or(false);
  return result;
}

Result<RegisterBody> ParseRegister(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  RegisterBody result;
  ASSIGN_OR_RETURN(result.name, json::GetString(parsed.root, "name"));
  ASSIGN_OR_RETURN(result.metadata_location, json::GetString(parsed.root, "metadata-location"));
  ASSIGN_OR_RETURN(auto overwrite, json::FindBool(parsed.root, "overwrite"));
  result.overwrite = overwrite.value_or(false);
  return result;
}

Result<service::TableChange> ParseCommitTable(std::string_view body, TableIdentifier identifier) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  RETURN_IF_ERROR(CheckSameIdentifier(parsed.root, identifier));
  service::TableChange change;
  change.identifier = std::move(identifier);
  RETURN_IF_ERROR(ParseChange(parsed.root, change));
  return change;
}

Result<std::vector<service::TableChange>> ParseTransaction(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  ASSIGN_OR_RETURN(json::Array list, json::GetArray(parsed.root, "table-changes"));
  std::vector<service::TableChange> changes;
  for (json::Element element : list) {
    ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "table-changes"));
    ASSIGN_OR_RETURN(json::Object identifier, json::GetObject(object, "identifier"));
    service::TableChange change;
    ASSIGN_OR_RETURN(change.identifier, ParseIdentifier(identifier));
    RETURN_IF_ERROR(ParseChange(object, change));
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<service::CreateViewRequest> ParseCreateView(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  service::CreateViewRequest request;
  ASSIGN_OR_RETURN(request.identifier.name, json::GetString(parsed.root, "name"));
  ASSIGN_OR_RETURN(request.location, FindText(parsed.root, "location"));
  ASSIGN_OR_RETURN(json::Element schema, json::Get(parsed.root, "schema"));
  ASSIGN_OR_RETURN(request.schema, iceberg::ParseSchema(schema));
  ASSIGN_OR_RETURN(json::Element version, json::Get(parsed.root, "view-version"));
  ASSIGN_OR_RETURN(request.version, iceberg::ParseViewVersion(version));
  ASSIGN_OR_RETURN(request.properties, json::FindStringMap(parsed.root, "properties"));
  return request;
}

Result<service::ViewChange> ParseCommitView(std::string_view body, TableIdentifier identifier) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  RETURN_IF_ERROR(CheckSameIdentifier(parsed.root, identifier));
  service::ViewChange change;
  change.identifier = std::move(identifier);
  ASSIGN_OR_RETURN(auto requirements, json::FindArray(parsed.root, "requirements"));
  if (requirements) {
    ASSIGN_OR_RETURN(change.requirements, iceberg::ParseViewRequirements(*requirements));
  }
  ASSIGN_OR_RETURN(json::Array updates, json::GetArray(parsed.root, "updates"));
  ASSIGN_OR_RETURN(change.updates, iceberg::ParseViewUpdates(updates));
  return change;
}

Result<RenameBody> ParseRename(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  ASSIGN_OR_RETURN(json::Object source, json::GetObject(parsed.root, "source"));
  ASSIGN_OR_RETURN(json::Object destination, json::GetObject(parsed.root, "destination"));
  RenameBody result;
  ASSIGN_OR_RETURN(result.source, ParseIdentifier(source));
  ASSIGN_OR_RETURN(result.destination, ParseIdentifier(destination));
  return result;
}

Result<store::SaveMetricsReport> ParseMetricsReport(std::string_view body) {
  if (body.size() > kMaxMetricsReportBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("The metrics report is larger than {} bytes", kMaxMetricsReportBytes));
  }
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  store::SaveMetricsReport report;
  ASSIGN_OR_RETURN(report.report_type, json::GetString(parsed.root, "report-type"));
  RETURN_IF_ERROR(json::GetInt64(parsed.root, "snapshot-id"));
  RETURN_IF_ERROR(json::GetObject(parsed.root, "metrics"));
  report.report = json::ToJson(parsed.document.root());
  return report;
}

Result<store::CreateWarehouse> ParseCreateWarehouse(std::string_view body) {
  ASSIGN_OR_RETURN(Body parsed, ParseBody(body));
  store::CreateWarehouse create;
  ASSIGN_OR_RETURN(create.name, json::GetString(parsed.root, "name"));
  ASSIGN_OR_RETURN(create.location, json::GetString(parsed.root, "location"));
  ASSIGN_OR_RETURN(create.properties, json::FindStringMap(parsed.root, "properties"));
  return create;
}

}  // namespace firn::rest
