#include "server/store/sql/changes/warehouse_changes.h"

#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/session/properties.h"
#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/logs.h"
#include "server/store/sql/text/namespaces.h"
#include "storage/location.h"

namespace firn::store::sql {
namespace {

/// A job reaches its files through its warehouse.
Status CheckNoUnfinishedJob(Session& session, int64_t warehouse, const std::string& name) {
  constexpr int64_t kNamed = 10;  // in the message
  std::string ids;
  RETURN_IF_ERROR(session.Query(kListUnfinishedJobs,
                                {{":warehouse", warehouse}, {":limit", kNamed}},
                                [&](const Row& row) -> Status {
                                  ids += ids.empty() ? "" : ", ";
                                  ids += std::to_string(row.Int(0));
                                  return {};
                                }));
  if (ids.empty()) {
    return {};
  }
  return Error(ErrorCode::kConflict, "Warehouse " + name + " has jobs that are not finished: " +
                                         ids + ". Wait for them; retry or cancel what failed");
}

}  // namespace

Result<MutationResult> Apply(const Change& change, const CreateWarehouse& mutation) {
  ASSIGN_OR_RETURN(auto location, storage::Location::Parse(mutation.location));
  WarehouseRecord warehouse{
      .id = {},
      .name = mutation.name,
      .location = std::string(storage::TrimTrailingSlashes(mutation.location)),
      .properties = mutation.properties,
      .is_default = mutation.is_default};
  Session& session = change.session();
  if (mutation.is_default) {
    RETURN_IF_ERROR(session.Execute(kClearDefaultWarehouse, {}));
  }
  std::string location_key = location.Canonical();
  std::string properties = PropertiesToJson(mutation.properties);
  RETURN_IF_ERROR(session.Query(kInsertWarehouse,
                                {{":name", warehouse.name},
                                 {":location", warehouse.location},
                                 {":location_key", location_key},
                                 {":properties", properties},
                                 {":is_default", int64_t{mutation.is_default}},
                                 {":now", change.context.now.value()}},
                                [&](const Row& row) -> Status {
                                  warehouse.id = WarehouseId(row.Int(0));
                                  return {};
                                }));
  if (warehouse.id == WarehouseId()) {
    return Error(ErrorCode::kAlreadyExists,
                 "Warehouse or its location already exists: " + mutation.name);
  }
  // The hidden parent of its top-level namespaces.
  RETURN_IF_ERROR(session.Query(kInsertNamespace,
                                {{":warehouse", warehouse.id.value()},
                                 {":parent", {}},
                                 {":path", kTopKey},
                                 {":name", ""},
                                 {":properties", "{}"},
                                 {":now", change.context.now.value()}},
                                [](const Row&) -> Status { return {}; }));
  MutationResult result;
  result.warehouse = std::move(warehouse);
  return result;
}

Result<MutationResult> Apply(const Change& change, const DropWarehouse& mutation) {
  Session& session = change.session();
  int64_t id = 0;
  RETURN_IF_ERROR(
      session.Query(kFindWarehouse, {{":name", mutation.name}}, [&](const Row& row) -> Status {
        id = row.Int(0);
        return {};
      }));
  if (id == 0) {
    return Error(ErrorCode::kNoSuchWarehouse, "Warehouse does not exist: " + mutation.name);
  }
  auto deleted = session.Execute(kDeleteNamespace, {{":warehouse", id}, {":path", kTopKey}});
  if (!deleted.has_value()) {
    if (deleted.error().code() == ErrorCode::kUnprocessable) {
      return Error(ErrorCode::kNamespaceNotEmpty,
                   "Warehouse " + mutation.name + " is not empty: it holds namespaces");
    }
    return TakeError(std::move(deleted));
  }
  RETURN_IF_ERROR(CheckNoUnfinishedJob(session, id, mutation.name));
  RETURN_IF_ERROR(session.Execute(kDeleteEventsOfWarehouse, {{":warehouse", id}}));
  RETURN_IF_ERROR(session.Execute(kDeleteWarehouse, {{":id", id}}));
  return MutationResult();
}

}  // namespace firn::store::sql
