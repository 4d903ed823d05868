#include "server/rest/plan_requests.h"

#include "base/json_reader.h"
#include "iceberg/expression/expression_json.h"

namespace firn::rest {
namespace {

/// Filters arrive as chains of `and` and `or`, one level each.
constexpr json::ParseLimits kPlanLimits{.max_depth = iceberg::kMaxExpressionJsonDepth};

Result<std::optional<iceberg::SnapshotId>> FindSnapshotId(const json::Object& object,
                                                          std::string_view key) {
  ASSIGN_OR_RETURN(auto id, json::FindInt64(object, key));
  return id ? std::optional(iceberg::SnapshotId(*id)) : std::nullopt;
}

Result<std::vector<std::string>> FindNames(const json::Object& object, std::string_view key) {
  if (!json::Find(object, key)) {
    return std::vector<std::string>();
  }
  return json::GetStringList(object, key);
}

}  // namespace

Result<planning::PlanRequest> ParsePlanTableScan(std::string_view body) {
  ASSIGN_OR_RETURN(json::Document document,
                   json::Document::Parse(body.empty() ? "{}" : body, kPlanLimits));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "request body"));
  planning::PlanRequest request;
  ASSIGN_OR_RETURN(request.snapshot, FindSnapshotId(root, "snapshot-id"));
  ASSIGN_OR_RETURN(request.start, FindSnapshotId(root, "start-snapshot-id"));
  ASSIGN_OR_RETURN(request.end, FindSnapshotId(root, "end-snapshot-id"));
  ASSIGN_OR_RETURN(request.select, FindNames(root, "select"));
  ASSIGN_OR_RETURN(request.stats_fields, FindNames(root, "stats-fields"));
  ASSIGN_OR_RETURN(request.min_rows, json::FindInt64(root, "min-rows-requested"));
  ASSIGN_OR_RETURN(auto case_sensitive, json::FindBool(root, "case-sensitive"));
  ASSIGN_OR_RETURN(auto snapshot_schema, json::FindBool(root, "use-snapshot-schema"));
  request.case_sensitive = case_sensitive.value_or(true);
  request.use_snapshot_schema = snapshot_schema.value_or(false);
  if (auto filter = json::Find(root, "filter")) {
    ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpression(*filter));
  }
  return request;
}

Result<std::string> ParseFetchScanTasks(std::string_view body) {
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(body));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "request body"));
  ASSIGN_OR_RETURN(std::string_view task, json::GetString(root, "plan-task"));
  return std::string(task);
}

}  // namespace firn::rest
