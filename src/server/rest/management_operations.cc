// Firn's own operations, below /management/v1.
#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/requests.h"
#include "server/rest/responses.h"

namespace firn::rest {
namespace {

constexpr int64_t kMaxListedJobs = 1000;

}  // namespace

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
  auto kind = invocation.query.Find("kind");
  ASSIGN_OR_RETURN(auto jobs, environment_.store.ListJobs(kind.value_or(""), kMaxListedJobs,
                                                          invocation.call.deadline));
  return JsonResponse(PrintJobs(jobs));
}

}  // namespace firn::rest
