#include "iceberg/schema/partition_spec_json.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

Result<UnboundPartitionField> ParsePartitionField(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse partition field, not an object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "name"));
  ASSIGN_OR_RETURN(std::string_view text, json::GetString(object, "transform"));
  ASSIGN_OR_RETURN(int32_t source_id, json::GetInt32(object, "source-id"));
  ASSIGN_OR_RETURN(auto field_id, json::FindInt32(object, "field-id"));
  ASSIGN_OR_RETURN(Transform transform, Transform::Parse(text));
  UnboundPartitionField field{FieldId(source_id), std::nullopt, std::string(name),
                              std::move(transform)};
  if (field_id) {
    field.field_id = FieldId(*field_id);
  }
  return field;
}

void AppendField(const PartitionField& field, JsonWriter& out) {
  out.BeginObject()
      .Field("name", field.name)
      .Field("transform", field.transform.ToString())
      .Field("source-id", field.source_id.value())
      .Field("field-id", field.field_id.value())
      .EndObject();
}

}  // namespace

Result<UnboundPartitionSpec> ParsePartitionFields(json::Element element) {
  if (!element.is_array()) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Cannot parse partition spec fields, not an array: {}", Excerpt(element)));
  }
  UnboundPartitionSpec spec;
  size_t with_id = 0;
  for (json::Element item : ItemsOf(element)) {
    ASSIGN_OR_RETURN(UnboundPartitionField field, ParsePartitionField(item));
    with_id += field.field_id ? 1 : 0;
    spec.fields.push_back(std::move(field));
  }
  if (with_id != 0 && with_id != spec.fields.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse spec with missing field IDs: {} missing of {} fields.",
                             spec.fields.size() - with_id, spec.fields.size()));
  }
  return spec;
}

Result<UnboundPartitionSpec> ParsePartitionSpec(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse spec from non-object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  ASSIGN_OR_RETURN(auto id, json::FindInt32(object, "spec-id"));
  ASSIGN_OR_RETURN(json::Element fields, json::Get(object, "fields"));
  ASSIGN_OR_RETURN(UnboundPartitionSpec spec, ParsePartitionFields(fields));
  if (id) {
    spec.id = SpecId(*id);
  }
  return spec;
}

void AppendPartitionSpec(const UnboundPartitionSpec& spec, JsonWriter& out) {
  out.BeginObject();
  if (spec.id) {
    out.Field("spec-id", spec.id->value());
  }
  out.Key("fields").BeginArray();
  for (const UnboundPartitionField& field : spec.fields) {
    out.BeginObject()
        .Field("name", field.name)
        .Field("transform", field.transform.ToString())
        .Field("source-id", field.source_id.value());
    if (field.field_id) {
      out.Field("field-id", field.field_id->value());
    }
    out.EndObject();
  }
  out.EndArray().EndObject();
}

void AppendPartitionFields(const PartitionSpec& spec, JsonWriter& out) {
  out.BeginArray();
  for (const PartitionField& field : spec.fields) {
    AppendField(field, out);
  }
  out.EndArray();
}

void AppendPartitionSpec(const PartitionSpec& spec, JsonWriter& out) {
  out.BeginObject().Field("spec-id", spec.id.value()).Key("fields");
  AppendPartitionFields(spec, out);
  out.EndObject();
}

}  // namespace firn::iceberg
