#include "iceberg/schema/schema_json.h"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "iceberg/schema/json_element.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

Result<std::optional<Literal>> ParseDefault(const Type& type,
                                            const json::Object& object,
                                            std::string_view key) {
  auto element = json::Find(object, key);
  if (!element) {
    return std::optional<Literal>();
  }
  if (type.is_nested()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid default value for {}: {} (must be null)", ToString(type),
                             Excerpt(*element)));
  }
  return ParseLiteral(type, *element);
}

Status CheckField(const NestedField& field) {
  if (field.required && field.type->id() == TypeId::kUnknown) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot create required field with unknown type: {}", field.name));
  }
  return {};
}

Result<NestedField> ParseField(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse struct field from non-object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  NestedField field;
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "id"));
  field.id = FieldId(id);
  ASSIGN_OR_RETURN(field.name, json::GetString(object, "name"));
  ASSIGN_OR_RETURN(json::Element type, json::Get(object, "type"));
  ASSIGN_OR_RETURN(field.type, ParseType(type));
  ASSIGN_OR_RETURN(field.initial_default, ParseDefault(*field.type, object, "initial-default"));
  ASSIGN_OR_RETURN(field.write_default, ParseDefault(*field.type, object, "write-default"));
  ASSIGN_OR_RETURN(auto doc, json::FindString(object, "doc"));
  if (doc) {
    field.doc = std::string(*doc);
  }
  ASSIGN_OR_RETURN(field.required, json::GetBool(object, "required"));
  RETURN_IF_ERROR(CheckField(field));
  return field;
}

Result<std::vector<NestedField>> ParseFields(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "fields"));
  if (!element.is_array()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse struct fields from non-array: {}", Excerpt(element)));
  }
  std::vector<NestedField> fields;
  for (json::Element item : ItemsOf(element)) {
    ASSIGN_OR_RETURN(NestedField field, ParseField(item));
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<TypePtr> ParseList(const json::Object& object) {
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "element-id"));
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "element"));
  ASSIGN_OR_RETURN(TypePtr element_type, ParseType(element));
  ASSIGN_OR_RETURN(bool required, json::GetBool(object, "element-required"));
  TypePtr list = Type::List(FieldId(id), std::move(element_type), required);
  RETURN_IF_ERROR(CheckField(list->element()));
  return list;
}

Result<TypePtr> ParseMap(const json::Object& object) {
  NestedField key;
  NestedField value;
  ASSIGN_OR_RETURN(int32_t key_id, json::GetInt32(object, "key-id"));
  ASSIGN_OR_RETURN(json::Element key_element, json::Get(object, "key"));
  ASSIGN_OR_RETURN(key.type, ParseType(key_element));
  ASSIGN_OR_RETURN(int32_t value_id, json::GetInt32(object, "value-id"));
  ASSIGN_OR_RETURN(json::Element value_element, json::Get(object, "value"));
  ASSIGN_OR_RETURN(value.type, ParseType(value_element));
  ASSIGN_OR_RETURN(value.required, json::GetBool(object, "value-required"));
  key.id = FieldId(key_id);
  value.id = FieldId(value_id);
  TypePtr map = Type::Map(std::move(key), std::move(value));
  RETURN_IF_ERROR(CheckField(map->key()));
  RETURN_IF_ERROR(CheckField(map->value()));
  return map;
}

Error CannotParseType(json::Element element) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot parse type from json: {}", Excerpt(element)));
}

void AppendField(const NestedField& field, JsonWriter& out) {
  out.BeginObject()
      .Field("id", field.id.value())
      .Field("name", field.name)
      .Field("required", field.required)
      .Key("type");
  AppendType(*field.type, out);
  if (field.doc) {
    out.Field("doc", *field.doc);
  }
  if (field.initial_default) {
    out.Key("initial-default");
    AppendLiteral(*field.type, *field.initial_default, out);
  }
  if (field.write_default) {
    out.Key("write-default");
    AppendLiteral(*field.type, *field.write_default, out);
  }
  out.EndObject();
}

void AppendFields(std::span<const NestedField> fields, JsonWriter& out) {
  out.Key("fields").BeginArray();
  for (const NestedField& field : fields) {
    AppendField(field, out);
  }
  out.EndArray();
}

}  // namespace

// Recursion is bounded by the depth limit of the JSON parser.
Result<TypePtr> ParseType(json::Element element) {
  if (element.is_string()) {
    return ParseTypeName(element.get_string().value_unsafe());
  }
  if (!element.is_object()) {
    return CannotParseType(element);
  }
  json::Object object = FieldsOf(element);
  auto type = json::Find(object, "type");
  std::string_view name;
  if (!type || type->get_string().get(name) != simdjson::SUCCESS) {
    return CannotParseType(element);
  }
  if (name == "struct") {
    ASSIGN_OR_RETURN(std::vector<NestedField> fields, ParseFields(object));
    return Type::Struct(std::move(fields));
  }
  if (name == "list") {
    return ParseList(object);
  }
  if (name == "map") {
    return ParseMap(object);
  }
  return CannotParseType(element);
}

Result<Schema> ParseSchema(json::Element element) {
  ASSIGN_OR_RETURN(TypePtr type, ParseType(element));
  if (!type->is_struct()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot create schema, not a struct type: {}", ToString(*type)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(auto id, json::FindInt32(object, "schema-id"));
  std::vector<FieldId> identifiers;
  if (json::Find(object, "identifier-field-ids")) {
    ASSIGN_OR_RETURN(auto ids, json::GetInt32List(object, "identifier-field-ids"));
    for (int32_t identifier : ids) {
      identifiers.emplace_back(identifier);
    }
  }
  std::vector<NestedField> fields(type->fields().begin(), type->fields().end());
  return Schema::Make(SchemaId(id.value_or(0)), std::move(fields), identifiers);
}

void AppendType(const Type& type, JsonWriter& out) {
  switch (type.id()) {
    case TypeId::kStruct:
      out.BeginObject().Field("type", "struct");
      AppendFields(type.fields(), out);
      out.EndObject();
      return;
    case TypeId::kList:
      out.BeginObject()
          .Field("type", "list")
          .Field("element-id", type.element().id.value())
          .Key("element");
      AppendType(*type.element().type, out);
      out.Field("element-required", type.element().required).EndObject();
      return;
    case TypeId::kMap:
      out.BeginObject().Field("type", "map").Field("key-id", type.key().id.value()).Key("key");
      AppendType(*type.key().type, out);
      out.Field("value-id", type.value().id.value()).Key("value");
      AppendType(*type.value().type, out);
      out.Field("value-required", type.value().required).EndObject();
      return;
    default:
      out.String(ToString(type));
  }
}

void AppendSchema(const Schema& schema, JsonWriter& out) {
  out.BeginObject().Field("type", "struct").Field("schema-id", schema.id().value());
  if (!schema.identifier_field_ids().empty()) {
    out.Key("identifier-field-ids").BeginArray();
    for (FieldId id : schema.identifier_field_ids()) {
      out.Int(id.value());
    }
    out.EndArray();
  }
  AppendFields(schema.fields(), out);
  out.EndObject();
}

std::string PrintSchema(const Schema& schema) {
  std::string text;
  JsonWriter out(text);
  AppendSchema(schema, out);
  return text;
}

}  // namespace firn::iceberg
