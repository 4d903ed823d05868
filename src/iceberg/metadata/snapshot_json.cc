#include "iceberg/metadata/snapshot_json.h"

#include <utility>

#include <fmt/format.h>

#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

constexpr std::string_view kOperation = "operation";
/// What a summary without the required operation is taken to say.
constexpr std::string_view kAssumedOperation = "overwrite";

Status ParseSummary(json::Element element, Snapshot& snapshot) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse summary from non-object value: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  size_t bytes = 0;
  for (auto field : object) {
    ASSIGN_OR_RETURN(std::string_view value, json::AsString(field.value, field.key));
    bytes += field.key.size() + value.size();
  }
  snapshot.summary.Reserve(object.size(), bytes);
  for (auto field : object) {
    std::string_view value = field.value.get_string().value_unsafe();
    if (field.key == kOperation) {
      snapshot.operation = std::string(value);
    } else {
      snapshot.summary.Add(field.key, value);
    }
  }
  if (!snapshot.operation && !snapshot.summary.empty()) {
    snapshot.operation = std::string(kAssumedOperation);
  }
  return {};
}

Status ParseRowLineage(const json::Object& object, Snapshot& snapshot) {
  ASSIGN_OR_RETURN(auto first_row_id, json::FindInt64(object, "first-row-id"));
  ASSIGN_OR_RETURN(auto added_rows, json::FindInt64(object, "added-rows"));
  if (first_row_id && *first_row_id < 0) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid first-row-id (cannot be negative): {}", *first_row_id));
  }
  if (added_rows && *added_rows < 0) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid added-rows (cannot be negative): {}", *added_rows));
  }
  if (first_row_id && !added_rows) {
    return Error(ErrorCode::kInvalidArgument,
                 "Invalid added-rows (required when first-row-id is set): null");
  }
  snapshot.first_row_id = first_row_id;
  snapshot.added_rows = first_row_id ? added_rows : std::nullopt;
  return {};
}

Status ParseManifests(const json::Object& object, Snapshot& snapshot) {
  ASSIGN_OR_RETURN(auto list, json::FindString(object, "manifest-list"));
  if (list) {
    snapshot.manifest_list = std::string(*list);
    return {};
  }
  ASSIGN_OR_RETURN(snapshot.manifests, json::GetStringList(object, "manifests"));
  return {};
}

}  // namespace

Result<Snapshot> ParseSnapshot(json::Element element) {
  if (!element.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot parse table version from a non-object: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  Snapshot snapshot;
  ASSIGN_OR_RETURN(auto sequence_number, json::FindInt64(object, "sequence-number"));
  snapshot.sequence_number = SequenceNumber(sequence_number.value_or(0));
  ASSIGN_OR_RETURN(int64_t id, json::GetInt64(object, "snapshot-id"));
  snapshot.id = SnapshotId(id);
  ASSIGN_OR_RETURN(auto parent_id, json::FindInt64(object, "parent-snapshot-id"));
  if (parent_id) {
    snapshot.parent_id = SnapshotId(*parent_id);
  }
  ASSIGN_OR_RETURN(int64_t timestamp_ms, json::GetInt64(object, "timestamp-ms"));
  snapshot.timestamp = TimestampMs(timestamp_ms);
  if (auto summary = json::Find(object, "summary")) {
    RETURN_IF_ERROR(ParseSummary(*summary, snapshot));
  }
  ASSIGN_OR_RETURN(auto schema_id, json::FindInt32(object, "schema-id"));
  if (schema_id) {
    snapshot.schema_id = SchemaId(*schema_id);
  }
  RETURN_IF_ERROR(ParseRowLineage(object, snapshot));
  ASSIGN_OR_RETURN(auto key_id, json::FindString(object, "key-id"));
  if (key_id) {
    snapshot.key_id = std::string(*key_id);
  }
  RETURN_IF_ERROR(ParseManifests(object, snapshot));
  return snapshot;
}

void AppendSnapshot(const Snapshot& snapshot, JsonWriter& out) {
  out.BeginObject();
  if (snapshot.sequence_number.value() > 0) {
    out.Field("sequence-number", snapshot.sequence_number.value());
  }
  out.Field("snapshot-id", snapshot.id.value());
  if (snapshot.parent_id) {
    out.Field("parent-snapshot-id", snapshot.parent_id->value());
  }
  out.Field("timestamp-ms", snapshot.timestamp.value());
  if (snapshot.operation) {
    out.Key("summary").BeginObject().Field(kOperation, *snapshot.operation);
    for (size_t i = 0; i < snapshot.summary.size(); ++i) {
      out.Field(snapshot.summary.key(i), snapshot.summary.value(i));
    }
    out.EndObject();
  }
  if (!snapshot.manifest_list.empty()) {
    out.Field("manifest-list", snapshot.manifest_list);
  } else {
    out.Key("manifests").BeginArray();
    for (const std::string& manifest : snapshot.manifests) {
      out.String(manifest);
    }
    out.EndArray();
  }
  if (snapshot.schema_id) {
    out.Field("schema-id", snapshot.schema_id->value());
  }
  if (snapshot.first_row_id) {
    out.Field("first-row-id", *snapshot.first_row_id);
  }
  if (snapshot.added_rows) {
    out.Field("added-rows", *snapshot.added_rows);
  }
  if (snapshot.key_id) {
    out.Field("key-id", *snapshot.key_id);
  }
  out.EndObject();
}

}  // namespace firn::iceberg
