#include "server/store/sql/changes/plan_changes.h"

#include <string>

#include "server/store/sql/text/plans.h"

namespace firn::store::sql {

Result<std::optional<PlanRecord>> FindPlanRow(Session& session,
                                              std::string_view id,
                                              TimestampMs now) {
  std::optional<PlanRecord> found;
  RETURN_IF_ERROR(
      session.Query(kFindPlan, {{":id", id}, {":now", now.value()}}, [&](const Row& row) -> Status {
        found = PlanRecord{.id = std::string(row.Text(0)),
                           .warehouse = WarehouseId(row.Int(1)),
                           .object = ObjectId(row.Int(2)),
                           .principal = std::string(row.Text(3)),
                           .request = std::string(row.Text(4)),
                           .expires_at = TimestampMs(row.Int(5))};
        return {};
      }));
  return found;
}

Status ExtendPlanRow(Session& session, std::string_view id, TimestampMs expires_at) {
  RETURN_IF_ERROR(session.Execute(kExtendPlan, {{":id", id}, {":expires", expires_at.value()}}));
  return {};
}

Result<std::vector<SigningKey>> EnsureSigningKeys(Session& session,
                                                  std::string_view purpose,
                                                  const SigningKey& candidate,
                                                  TimestampMs now) {
  std::vector<SigningKey> keys;
  RETURN_IF_ERROR(
      session.Query(kListSigningKeys, {{":purpose", purpose}}, [&](const Row& row) -> Status {
        keys.push_back({std::string(row.Text(0)), std::string(row.Text(1))});
        return {};
      }));
  if (keys.empty()) {
    RETURN_IF_ERROR(session.Execute(kInsertSigningKey, {{":id", candidate.id},
                                                        {":purpose", purpose},
                                                        {":secret", candidate.secret},
                                                        {":now", now.value()}}));
    keys.push_back(candidate);
  }
  return keys;
}

Result<MutationResult> Apply(const Change& change, const CreatePlan& mutation) {
  const PlanRecord& plan = mutation.plan;
  RETURN_IF_ERROR(change.session().Execute(kInsertPlan, {{":id", plan.id},
                                                         {":warehouse", plan.warehouse.value()},
                                                         {":object", plan.object.value()},
                                                         {":principal", plan.principal},
                                                         {":request", plan.request},
                                                         {":expires", plan.expires_at.value()}}));
  return MutationResult();
}

Result<MutationResult> Apply(const Change& change, const CancelPlan& mutation) {
  ASSIGN_OR_RETURN(
      int64_t deleted,
      change.session().Execute(kDeletePlan, {{":id", mutation.id},
                                             {":warehouse", change.context.warehouse.value()},
                                             {":object", mutation.object.value()},
                                             {":principal", change.context.principal},
                                             {":now", change.context.now.value()}}));
  if (deleted == 0) {
    return Error(ErrorCode::kNotFound, "Plan does not exist: " + mutation.id);
  }
  return MutationResult();
}

}  // namespace firn::store::sql
