#include "server/store/sql/changes/execute.h"

#include "server/store/sql/changes/job_changes.h"
#include "server/store/sql/changes/namespace_changes.h"
#include "server/store/sql/changes/object_changes.h"
#include "server/store/sql/changes/outcomes.h"
#include "server/store/sql/changes/plan_changes.h"
#include "server/store/sql/changes/warehouse_changes.h"
#include "server/store/sql/text/logs.h"

namespace firn::store::sql {
namespace {

/// What the audit says of a mutation. An empty action: nothing.
struct AuditEntry {
  std::string_view action;
  std::string target;
};

struct Describe {
  AuditEntry operator()(const CreateWarehouse& m) const { return {"create_warehouse", m.name}; }
  AuditEntry operator()(const DropWarehouse& m) const { return {"drop_warehouse", m.name}; }
  AuditEntry operator()(const CreateNamespace& m) const {
    return {"create_namespace", m.path.ToString()};
  }
  AuditEntry operator()(const DropNamespace& m) const {
    return {"drop_namespace", m.path.ToString()};
  }
  AuditEntry operator()(const UpdateNamespaceProperties& m) const {
    return {"update_namespace", m.path.ToString()};
  }
  AuditEntry operator()(const CommitObjects& m) const {
    std::string target;
    for (const ObjectChange& change : m.changes) {
      target += target.empty() ? "" : ", ";
      target += std::visit([](const auto& c) { return c.identifier.ToString(); }, change);
    }
    return {"commit", std::move(target)};
  }
  AuditEntry operator()(const DropObject& m) const {
    return {m.purge.has_value() ? "purge" : "drop", m.identifier.ToString()};
  }
  AuditEntry operator()(const RenameObject& m) const {
    return {"rename", m.from.ToString() + " to " + m.to.ToString()};
  }
  AuditEntry operator()(const StageTable& m) const { return {"stage", m.identifier.ToString()}; }
  AuditEntry operator()(const SaveMetricsReport&) const { return {}; }
  AuditEntry operator()(const RetryJob& m) const {
    return {"retry_job", std::to_string(m.id.value())};
  }
  AuditEntry operator()(const CancelJob& m) const {
    return {"cancel_job", std::to_string(m.id.value())};
  }
  // A plan changes nothing of the catalog.
  AuditEntry operator()(const CreatePlan&) const { return {}; }
  AuditEntry operator()(const CancelPlan&) const { return {}; }
};

Status WriteAudit(Session& session, const AuditEntry& entry, const MutationContext& context) {
  if (entry.action.empty()) {
    return {};
  }
  RETURN_IF_ERROR(session.Execute(kInsertAudit, {{":now", context.now.value()},
                                                 {":principal", context.principal},
                                                 {":request_id", context.request_id},
                                                 {":warehouse", context.warehouse.value()},
                                                 {":action", entry.action},
                                                 {":target", entry.target}}));
  return {};
}

}  // namespace

Result<MutationResult> ExecuteMutation(Transaction& transaction,
                                       const Mutation& mutation,
                                       const MutationContext& context) {
  Session& session = transaction.session;
  if (context.idempotency.has_value()) {
    ASSIGN_OR_RETURN(auto replayed,
                     KeepOutcome(session, *context.idempotency, context.outcome, context.now));
    if (replayed.has_value()) {
      MutationResult result;
      result.replayed = std::move(replayed);
      return result;
    }
  }
  Uuid id = context.attempt.has_value() ? *context.attempt : Uuid::TimeOrdered(context.now);
  if (context.attempt.has_value()) {
    RETURN_IF_ERROR(RecordAttempt(session, id, context.now));
  }
  Change change{transaction, context, id.ToString()};
  ASSIGN_OR_RETURN(MutationResult result,
                   std::visit([&](const auto& typed) { return Apply(change, typed); }, mutation));
  RETURN_IF_ERROR(WriteAudit(session, std::visit(Describe(), mutation), context));
  return result;
}

}  // namespace firn::store::sql
