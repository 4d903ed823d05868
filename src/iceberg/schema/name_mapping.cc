#include "iceberg/schema/name_mapping.h"

#include <algorithm>
#include <utility>

namespace firn::iceberg {
namespace {

using MappedFields = std::vector<MappedField>;

/// A mapping sits in a table property: it is as deep as a schema, no deeper.
constexpr json::ParseLimits kLimits{
    .max_bytes = size_t{64} << 20, .max_depth = 256, .reject_duplicate_keys = false};

Result<MappedFields> ParseFields(json::Element element);

Result<MappedField> ParseField(json::Element element) {
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(element, "name mapping field"));
  MappedField field;
  ASSIGN_OR_RETURN(auto id, json::FindInt32(object, "field-id"));
  if (id) {
    field.id = FieldId(*id);
  }
  ASSIGN_OR_RETURN(field.names, json::GetStringList(object, "names"));
  if (auto nested = json::Find(object, "fields")) {
    ASSIGN_OR_RETURN(field.fields, ParseFields(*nested));
  }
  return field;
}

Result<MappedFields> ParseFields(json::Element element) {
  ASSIGN_OR_RETURN(json::Array array, json::AsArray(element, "name mapping"));
  MappedFields fields;
  for (json::Element item : array) {
    ASSIGN_OR_RETURN(MappedField field, ParseField(item));
    fields.push_back(std::move(field));
  }
  return fields;
}

void AppendFields(const MappedFields& fields, JsonWriter& out) {
  out.BeginArray();
  for (const MappedField& field : fields) {
    out.BeginObject();
    if (field.id) {
      out.Field("field-id", field.id->value());
    }
    out.Key("names").BeginArray();
    for (const std::string& name : field.names) {
      out.String(name);
    }
    out.EndArray();
    if (!field.fields.empty()) {
      AppendFields(field.fields, out.Key("fields"));
    }
    out.EndObject();
  }
  out.EndArray();
}

MappedFields MappedFieldsOf(const Type& type) {
  MappedFields fields;
  for (const NestedField& field : type.fields()) {
    fields.push_back({field.id, {field.name}, MappedFieldsOf(*field.type)});
  }
  return fields;
}

}  // namespace

Result<NameMapping> ParseNameMapping(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json, kLimits));
  ASSIGN_OR_RETURN(MappedFields fields, ParseFields(document.root()));
  return NameMapping{std::move(fields)};
}

std::string PrintNameMapping(const NameMapping& mapping) {
  std::string text;
  JsonWriter out(text);
  AppendFields(mapping.fields, out);
  return text;
}

NameMapping MappingOf(const Schema& schema) { return {MappedFieldsOf(*schema.as_struct())}; }

const MappedField* FindMapped(const NameMapping& mapping, const std::vector<std::string>& path) {
  const MappedFields* fields = &mapping.fields;
  const MappedField* found = nullptr;
  for (const std::string& name : path) {
    auto match = std::find_if(fields->begin(), fields->end(), [&name](const MappedField& field) {
      return std::find(field.names.begin(), field.names.end(), name) != field.names.end();
    });
    if (match == fields->end()) {
      return nullptr;
    }
    found = &*match;
    fields = &found->fields;
  }
  return found;
}

}  // namespace firn::iceberg
