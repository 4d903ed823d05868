#include "server/planning/plan_spec.h"

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "iceberg/expression/expression_json.h"

namespace firn::planning {
namespace {

constexpr json::ParseLimits kLimits{.max_depth = iceberg::kMaxExpressionJsonDepth};

template <class Id>
std::optional<Id> AsId(std::optional<int64_t> value) {
  return value ? std::optional(Id(*value)) : std::nullopt;
}

void AppendId(JsonWriter& out, std::string_view key, std::optional<iceberg::SnapshotId> id) {
  if (id) {
    out.Field(key, id->value());
  }
}

}  // namespace

std::string PrintPlanSpec(const PlanSpec& spec) {
  std::string json;
  JsonWriter out(json);
  out.BeginObject().Field("table-uuid", spec.table_uuid);
  AppendId(out, "snapshot-id", spec.snapshot);
  AppendId(out, "appends-after", spec.appends_after);
  out.Field("schema-id", spec.schema.value()).Field("case-sensitive", spec.case_sensitive);
  if (spec.min_rows) {
    out.Field("min-rows", *spec.min_rows);
  }
  out.Key("stats").BeginArray();
  for (iceberg::FieldId field : spec.stats) {
    out.Int(field.value());
  }
  out.EndArray().Key("filter");
  iceberg::AppendExpression(spec.filter, out);
  out.EndObject();
  return json;
}

Result<PlanSpec> ParsePlanSpec(std::string_view json) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(json, kLimits));
  ASSIGN_OR_RETURN(json::Object object, json::AsObject(document.root(), "plan"));
  PlanSpec spec;
  ASSIGN_OR_RETURN(spec.table_uuid, json::GetString(object, "table-uuid"));
  ASSIGN_OR_RETURN(auto snapshot, json::FindInt64(object, "snapshot-id"));
  ASSIGN_OR_RETURN(auto after, json::FindInt64(object, "appends-after"));
  spec.snapshot = AsId<iceberg::SnapshotId>(snapshot);
  spec.appends_after = AsId<iceberg::SnapshotId>(after);
  ASSIGN_OR_RETURN(int32_t schema, json::GetInt32(object, "schema-id"));
  spec.schema = iceberg::SchemaId(schema);
  ASSIGN_OR_RETURN(spec.case_sensitive, json::GetBool(object, "case-sensitive"));
  ASSIGN_OR_RETURN(spec.min_rows, json::FindInt64(object, "min-rows"));
  ASSIGN_OR_RETURN(std::vector<int32_t> stats, json::GetInt32List(object, "stats"));
  for (int32_t field : stats) {
    spec.stats.emplace_back(field);
  }
  ASSIGN_OR_RETURN(json::Element filter, json::Get(object, "filter"));
  ASSIGN_OR_RETURN(spec.filter, iceberg::ParseExpression(filter));
  return spec;
}

}  // namespace firn::planning
