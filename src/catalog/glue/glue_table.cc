#include "catalog/glue/glue_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "catalog/pointer/hive_type.h"

namespace firn::catalog::glue {
namespace {

using iceberg::NestedField;

constexpr std::string_view kTableType = "table_type";
constexpr std::string_view kIceberg = "ICEBERG";
constexpr std::string_view kPointer = "metadata_location";
constexpr std::string_view kPreviousPointer = "previous_metadata_location";
constexpr std::string_view kLocation = "location";
constexpr std::string_view kComment = "comment";

/// Of TableInput, what a change leaves as it is.
constexpr std::array<std::string_view, 9> kKept = {
    "Description",       "Owner",     "LastAccessTime",   "LastAnalyzedTime", "Retention",
    "StorageDescriptor", "TableType", "ViewOriginalText", "ViewExpandedText"};

std::string TextOf(const PropertyMap& map, std::string_view key) {
  auto found = map.find(std::string(key));
  return found == map.end() ? std::string() : found->second;
}

/// Those of the current schema, then those of others.
void AppendColumns(const iceberg::TableMetadata& metadata, JsonWriter& out) {
  std::set<std::string_view> written;
  auto append = [&](const iceberg::Schema& schema, std::string_view is_current) {
    for (const NestedField& field : schema.fields()) {
      if (!written.insert(field.name).second) {
        continue;
      }
      out.BeginObject()
          .Field("Name", field.name)
          .Field("Type", pointer::HiveType(*field.type, pointer::HiveZones::kNone));
      if (field.doc) {
        out.Field("Comment", *field.doc);
      }
      out.Key("Parameters")
          .BeginObject()
          .Field("iceberg.field.id", std::to_string(field.id.value()))
          .Field("iceberg.field.optional", std::string_view(field.required ? "false" : "true"))
          .Field("iceberg.field.current", is_current)
          .EndObject()
          .EndObject();
    }
  };
  append(metadata.current_schema(), "true");
  for (const iceberg::Schema& schema : metadata.schemas) {
    append(schema, "false");
  }
}

void AppendParameters(const PropertyMap& parameters, JsonWriter& out) {
  out.Key("Parameters").BeginObject();
  for (const auto& [name, value] : parameters) {
    out.Field(name, value);
  }
  out.EndObject();
}

void AppendStorage(const iceberg::TableMetadata& metadata, JsonWriter& out) {
  out.Key("StorageDescriptor").BeginObject().Field("Location", metadata.location);
  out.Key("Columns").BeginArray();
  AppendColumns(metadata, out);
  out.EndArray().EndObject();
}

std::string Input(const GlueTable& table,
                  const std::string& name,
                  const PropertyMap& parameters,
                  const iceberg::TableMetadata* metadata) {
  std::string input;
  JsonWriter out(input);
  out.BeginObject().Field("Name", name);
  for (const auto& [member, json] : table.members) {
    if (metadata == nullptr || member != "StorageDescriptor") {
      out.RawField(member, json);
    }
  }
  if (metadata != nullptr) {
    AppendStorage(*metadata, out);
  }
  AppendParameters(parameters, out);
  out.EndObject();
  return input;
}

}  // namespace

bool GlueTable::is_iceberg() const {
  std::string type = TextOf(parameters, kTableType);
  return std::ranges::equal(type, kIceberg, [](unsigned char a, unsigned char b) {
    return std::toupper(a) == std::toupper(b);
  });
}

pointer::TablePointer GlueTable::pointer() const {
  return {TextOf(parameters, kPointer), TextOf(parameters, kPreviousPointer)};
}

Result<GlueTable> ReadTable(json::Element element) {
  ASSIGN_OR_RETURN(auto object, json::AsObject(element, "Table"));
  GlueTable table;
  ASSIGN_OR_RETURN(table.name, json::GetString(object, "Name"));
  ASSIGN_OR_RETURN(auto version, json::FindString(object, "VersionId"));
  table.version = version.value_or("");
  ASSIGN_OR_RETURN(table.parameters, json::FindStringMap(object, "Parameters"));
  for (std::string_view member : kKept) {
    if (auto found = json::Find(object, member); found && !found->is_null()) {
      table.members.emplace(member, json::ToJson(*found));
    }
  }
  return table;
}

std::string NewTableInput(const std::string& name, const pointer::NewPointer& to) {
  GlueTable table{.members = {{"TableType", "\"EXTERNAL_TABLE\""}}};
  PropertyMap parameters = {{std::string(kTableType), std::string(kIceberg)},
                            {std::string(kPointer), to.metadata_location}};
  return Input(table, name, parameters, &to.metadata);
}

std::string MovedTableInput(const GlueTable& table, const pointer::NewPointer& to) {
  PropertyMap parameters = table.parameters;
  parameters[std::string(kPreviousPointer)] = TextOf(parameters, kPointer);
  parameters[std::string(kPointer)] = to.metadata_location;
  return Input(table, table.name, parameters, &to.metadata);
}

std::string SameTableInput(const GlueTable& table, const std::string& name) {
  return Input(table, name, table.parameters, nullptr);
}

Result<PropertyMap> ReadDatabase(json::Element element) {
  ASSIGN_OR_RETURN(auto object, json::AsObject(element, "Database"));
  ASSIGN_OR_RETURN(PropertyMap properties, json::FindStringMap(object, "Parameters"));
  ASSIGN_OR_RETURN(auto location, json::FindString(object, "LocationUri"));
  if (location) {
    properties.insert_or_assign(std::string(kLocation), std::string(*location));
  }
  ASSIGN_OR_RETURN(auto description, json::FindString(object, "Description"));
  if (description) {
    properties.insert_or_assign(std::string(kComment), std::string(*description));
  }
  return properties;
}

std::string DatabaseInput(const std::string& name, PropertyMap properties) {
  std::string input;
  JsonWriter out(input);
  out.BeginObject().Field("Name", name);
  for (auto [key, member] : {std::pair(kLocation, std::string_view("LocationUri")),
                             std::pair(kComment, std::string_view("Description"))}) {
    if (auto own = properties.extract(std::string(key)); !own.empty()) {
      out.Field(member, own.mapped());
    }
  }
  AppendParameters(properties, out);
  out.EndObject();
  return input;
}

}  // namespace firn::catalog::glue
