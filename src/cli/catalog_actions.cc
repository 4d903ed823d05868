#include "cli/catalog_actions.h"

#include <utility>

#include <fmt/format.h>

#include "cli/describe.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/schema/type_text.h"
#include "iceberg/view/view_metadata_json.h"
#include "table/evolve/property_change.h"

namespace firn::cli {
namespace {

/// `{}`, what a change without an answer of its own prints with --json.
constexpr const char* kNoAnswer = "{}";

std::string PrintLoaded(const std::string& metadata_location, const std::string& metadata) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Field("metadata-location", metadata_location);
  writer.RawField("metadata", metadata).EndObject();
  return body;
}

std::string PrintTable(const table::Table& table) {
  return PrintLoaded(table.metadata_location, iceberg::PrintTableMetadata(*table.metadata));
}

std::string PrintView(const catalog::View& view) {
  return PrintLoaded(view.metadata_location, iceberg::PrintViewMetadata(*view.metadata));
}

std::string PrintIdentifiers(const std::vector<TableIdentifier>& identifiers) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("identifiers").BeginArray();
  for (const TableIdentifier& identifier : identifiers) {
    AppendIdentifier(writer, identifier);
  }
  writer.EndArray().EndObject();
  return body;
}

/// `name:type`, `name:type!`.
Result<iceberg::NestedField> ReadColumn(std::string_view text, int32_t id) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Expected NAME:TYPE or NAME:TYPE!, not: {}", text));
  }
  std::string_view type = text.substr(colon + 1);
  bool required = type.ends_with('!');
  type.remove_suffix(required ? 1 : 0);
  iceberg::NestedField field{
      .id = iceberg::FieldId(id), .name = std::string(text.substr(0, colon)), .required = required};
  ASSIGN_OR_RETURN(field.type, iceberg::ParseTypeName(type));
  return field;
}

Result<iceberg::Schema> ReadColumns(const std::vector<std::string>& columns) {
  std::vector<iceberg::NestedField> fields;
  for (const std::string& column : columns) {
    ASSIGN_OR_RETURN(auto field, ReadColumn(column, static_cast<int32_t>(fields.size()) + 1));
    fields.push_back(std::move(field));
  }
  return iceberg::Schema::Make(iceberg::SchemaId(0), std::move(fields), {});
}

/// --property and --remove; one of them at least.
Status CheckSomething(const Arguments& arguments) {
  if (arguments.settings.empty() && arguments.removals.empty()) {
    return Error(ErrorCode::kInvalidArgument, "Nothing to change: give --property or --remove");
  }
  return {};
}

}  // namespace

Status ListNamespacesOf(catalog::Catalog& catalog, const Arguments& arguments) {
  NamespacePath parent;
  if (!arguments.name.empty()) {
    ASSIGN_OR_RETURN(parent, ReadNamespace(arguments.name));
  }
  ASSIGN_OR_RETURN(auto paths, catalog.ListNamespaces(parent));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespaces").BeginArray();
  for (const NamespacePath& path : paths) {
    AppendLevels(writer, path);
  }
  writer.EndArray().EndObject();
  return PrintAnswer(body, arguments, DescribeListing);
}

Status CreateNamespaceIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(auto properties, ReadSettings(arguments.settings));
  RETURN_IF_ERROR(catalog.CreateNamespace(path, properties));
  return PrintDone(kNoAnswer, arguments, "Created namespace " + ToDotted(path));
}

Status ShowNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(auto properties, catalog.LoadNamespace(path));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespace");
  AppendLevels(writer, path);
  writer.Key("properties").BeginObject();
  for (const auto& [key, value] : properties) {
    writer.Field(key, value);
  }
  writer.EndObject().EndObject();
  return PrintAnswer(body, arguments, DescribeNamespace);
}

Status SetNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  RETURN_IF_ERROR(CheckSomething(arguments));
  ASSIGN_OR_RETURN(auto updates, ReadSettings(arguments.settings));
  RETURN_IF_ERROR(catalog.UpdateNamespace(
      path, {.updates = std::move(updates), .removals = arguments.removals}));
  return PrintDone(kNoAnswer, arguments, "Changed namespace " + ToDotted(path));
}

Status DropNamespaceOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  RETURN_IF_ERROR(catalog.DropNamespace(path));
  return PrintDone(kNoAnswer, arguments, "Dropped namespace " + ToDotted(path));
}

Status ListTablesOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(auto tables, catalog.ListTables(path));
  return PrintAnswer(PrintIdentifiers(tables), arguments, DescribeListing);
}

Status ShowTableOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(table::Table table, catalog.Load(identifier));
  return PrintAnswer(PrintTable(table), arguments, DescribeTable);
}

Status CreateTableIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  catalog::NewTable wanted;
  ASSIGN_OR_RETURN(wanted.schema, ReadColumns(arguments.columns));
  ASSIGN_OR_RETURN(wanted.properties, ReadSettings(arguments.settings));
  if (!arguments.other.empty()) {
    wanted.location = arguments.other;
  }
  ASSIGN_OR_RETURN(table::Table table, catalog.CreateTable(identifier, wanted));
  return PrintDone(
      PrintTable(table), arguments,
      fmt::format("Created table {} at {}", ToDotted(identifier), table.metadata->location));
}

Status SetTableOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  RETURN_IF_ERROR(CheckSomething(arguments));
  ASSIGN_OR_RETURN(auto settings, ReadSettings(arguments.settings));
  ASSIGN_OR_RETURN(table::Table table, catalog.Load(identifier));
  table::TableChange change{.updates = {},
                            .requirements = {iceberg::AssertTableUuid{table.metadata->uuid}}};
  ASSIGN_OR_RETURN(change.updates,
                   table::ChangeProperties(*table.metadata, settings, arguments.removals));
  if (!change.updates.empty()) {
    ASSIGN_OR_RETURN(table, catalog.Commit(table, change));
  }
  return PrintDone(PrintTable(table), arguments, "Changed table " + ToDotted(identifier));
}

Status RegisterTableIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  if (arguments.overwrite) {
    return Error(ErrorCode::kUnsupported, "--overwrite is the server's alone");
  }
  ASSIGN_OR_RETURN(table::Table table, catalog.RegisterTable(identifier, arguments.other));
  return PrintDone(PrintTable(table), arguments, "Registered table " + ToDotted(identifier));
}

Status RenameTableIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier from, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(TableIdentifier to, ReadIdentifier(arguments.other));
  RETURN_IF_ERROR(catalog.RenameTable(from, to));
  return PrintDone(kNoAnswer, arguments,
                   fmt::format("Renamed table {} to {}", ToDotted(from), ToDotted(to)));
}

Status DropTableOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  RETURN_IF_ERROR(catalog.DropTable(
      identifier, arguments.purge ? catalog::DropMode::kPurge : catalog::DropMode::kKeepFiles));
  return PrintDone(kNoAnswer, arguments,
                   fmt::format("Dropped table {}{}", ToDotted(identifier),
                               arguments.purge ? " and its files" : ""));
}

Status ListViewsOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(auto views, catalog.ListViews(path));
  return PrintAnswer(PrintIdentifiers(views), arguments, DescribeListing);
}

Status ShowViewOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(catalog::View view, catalog.LoadView(identifier));
  return PrintAnswer(PrintView(view), arguments, DescribeView);
}

Status RegisterViewIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(catalog::View view, catalog.RegisterView(identifier, arguments.other));
  return PrintDone(PrintView(view), arguments, "Registered view " + ToDotted(identifier));
}

Status RenameViewIn(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier from, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(TableIdentifier to, ReadIdentifier(arguments.other));
  RETURN_IF_ERROR(catalog.RenameView(from, to));
  return PrintDone(kNoAnswer, arguments,
                   fmt::format("Renamed view {} to {}", ToDotted(from), ToDotted(to)));
}

Status DropViewOf(catalog::Catalog& catalog, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  RETURN_IF_ERROR(catalog.DropView(identifier));
  return PrintDone(kNoAnswer, arguments, "Dropped view " + ToDotted(identifier));
}

}  // namespace firn::cli
