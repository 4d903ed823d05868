// Firn's own operations, below /management/v1.
#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/jobs.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {

Result<http::Response> CatalogHandler::ListWarehouses(Invocation&) {
  return JsonResponse(PrintWarehouses(*warehouses_.list()));
}

Result<http::Response> CatalogHandler::CreateWarehouse(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::CreateWarehouse create, ParseCreateWarehouse(invocation.request.body));
  return Finish<store::WarehouseRecord>(
      invocation, warehouses_.Create(invocation.call, create, environment_.clock.Now()),
      [](const store::WarehouseRecord& created) { return JsonResponse(PrintWarehouse(created)); });
}

Result<http::Response> CatalogHandler::DropWarehouse(Invocation& invocation) {
  return Finish<std::monostate>(
      invocation,
      warehouses_.Drop(invocation.call, invocation.route.name, environment_.clock.Now()),
      [](std::monostate) { return NoContent(); });
}

Result<http::Response> CatalogHandler::ListJobs(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::JobFilter filter, ParseJobFilter(invocation.query));
  ASSIGN_OR_RETURN(auto jobs, environment_.store.ListJobs(filter));
  return JsonResponse(PrintJobs(jobs, *warehouses_.list()));
}

Result<http::Response> CatalogHandler::GetJob(const Invocation& invocation) {
  ASSIGN_OR_RETURN(store::JobId id, ParseJobId(invocation.route.name));
  ASSIGN_OR_RETURN(auto job, environment_.store.FindJob(id));
  if (!job) {
    return Error(ErrorCode::kNotFound, "Job does not exist: " + invocation.route.name);
  }
  return JsonResponse(PrintJob(*job, *warehouses_.list()));
}

Result<http::Response> CatalogHandler::RetryJob(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::JobId id, ParseJobId(invocation.route.name));
  return ChangeJob(invocation, store::RetryJob{id});
}

Result<http::Response> CatalogHandler::CancelJob(Invocation& invocation) {
  ASSIGN_OR_RETURN(store::JobId id, ParseJobId(invocation.route.name));
  return ChangeJob(invocation, store::CancelJob{id});
}

Result<http::Response> CatalogHandler::ChangeJob(const Invocation& invocation,
                                                 const store::Mutation& change) {
  ASSIGN_OR_RETURN(store::MutationResult result,
                   environment_.store.Execute(
                       change, service::MakeMutationContext(environment_, invocation.call, "")));
  if (result.replayed) {
    return Replay(invocation, *result.replayed);
  }
  return JsonResponse(PrintJob(*result.job, *warehouses_.list()));
}

}  // namespace firn::rest
