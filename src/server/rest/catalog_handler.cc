#include "server/rest/catalog_handler.h"

#include <utility>

#include <fmt/format.h>

#include "base/sha256.h"
#include "server/http/request_id.h"
#include "server/rest/content_type.h"
#include "server/rest/errors.h"
#include "server/rest/responses.h"
#include "storage/call_deadline.h"

namespace firn::rest {
namespace {

constexpr std::string_view kAnonymous = "anonymous";
constexpr std::string_view kFeaturePaths = "/features/v1/";

/// True for a GET whose whole answer follows from namespaces and the names in them.
bool IsAboutNames(const Route& route, const http::Request& request) {
  return (route.spec->operation == Operation::kLoadNamespace ||
          route.spec->operation == Operation::kListNamespaces ||
          route.spec->operation == Operation::kListTables ||
          route.spec->operation == Operation::kListViews) &&
         request.query.empty();
}

/// Calls that may read and compute for seconds.
bool Plans(Operation operation) {
  return operation == Operation::kPlanTableScan || operation == Operation::kFetchPlanningResult ||
         operation == Operation::kFetchScanTasks;
}

}  // namespace

Result<std::unique_ptr<CatalogHandler>> CatalogHandler::Make(
    const service::Environment& environment,
    service::WarehouseDirectory& warehouses,
    http::SystemEndpoints& system,
    const HandlerOptions& options) {
  ASSIGN_OR_RETURN(Router router, Router::Make(options.namespace_separator));
  return std::unique_ptr<CatalogHandler>(
      new CatalogHandler(environment, warehouses, system, std::move(router), options));
}

CatalogHandler::CatalogHandler(const service::Environment& environment,
                               service::WarehouseDirectory& warehouses,
                               http::SystemEndpoints& system,
                               Router router,
                               const HandlerOptions& options)
    : environment_(environment),
      warehouses_(warehouses),
      system_(system),
      router_(std::move(router)),
      options_(options),
      namespaces_(environment),
      tables_(environment),
      commits_(environment),
      views_(environment),
      plans_(environment, options.planning) {}

http::Work CatalogHandler::WorkOf(const http::Request& request) const {
  if (request.path.starts_with(kFeaturePaths)) {
    return {.lane = http::Lane::kLong, .time = options_.feature_time};
  }
  auto names = [&](std::string_view part) {
    return request.path.find(part) != std::string_view::npos;
  };
  if (names("/plan") || names("/tasks")) {
    auto route = router_.Match(request.method, request.path);
    if (route.has_value() && Plans(route->spec->operation)) {
      return {.lane = http::Lane::kLong};
    }
  }
  http::Work work = Handler::WorkOf(request);
  if (work.lane == http::Lane::kChange && (names("/tables/") || names("/views/"))) {
    work.object = std::hash<std::string_view>{}(request.path);
  }
  return work;
}

std::optional<http::Response> CatalogHandler::TryHandleInline(const http::Request& request) {
  if (auto answer = system_.TryAnswer(request)) {
    return answer;
  }
  if (request.method != http::Method::kGet) {
    return std::nullopt;
  }
  auto route = router_.Match(request.method, request.path);
  if (!route.has_value()) {
    return std::nullopt;
  }
  auto response = route->spec->operation == Operation::kLoadTable ? TryLoadTable(request, *route)
                                                                  : TryNames(request, *route);
  if (response) {
    response->route = route->spec->name;
    response->principal = kAnonymous;
    response->request_id = http::RequestIdOf(request);
  }
  return response;
}

std::optional<http::Response> CatalogHandler::TryNames(const http::Request& request,
                                                       const Route& route) {
  if (!IsAboutNames(route, request)) {
    return std::nullopt;
  }
  auto generation = environment_.store.NamesGeneration();
  auto warehouse = WarehouseOf(route);
  if (!generation || !warehouse.has_value()) {
    return std::nullopt;
  }
  http::Body body = names_cache_.Find({warehouse->id, request.target}, *generation);
  return body == nullptr ? std::nullopt : std::optional(JsonResponse(std::move(body)));
}

std::optional<http::Response> CatalogHandler::TryLoadTable(const http::Request& request,
                                                           Route& route) {
  auto selection = iceberg::SnapshotSelection::kAll;
  if (request.query == "snapshots=refs") {
    selection = iceberg::SnapshotSelection::kRefs;
  } else if (!request.query.empty() && request.query != "snapshots=all") {
    return std::nullopt;
  }
  auto warehouse = WarehouseOf(route);
  if (!warehouse.has_value()) {
    return std::nullopt;
  }
  service::CallContext call;
  call.warehouse.id = warehouse->id;
  auto entry = tables_.LoadCached(call, {std::move(route.name_space), std::move(route.name)});
  if (entry == nullptr || entry->RenderedIfMade(selection) == nullptr) {
    return std::nullopt;
  }
  if (!Matches(request.Header("If-None-Match"), EntityTag(*entry, selection))) {
    return LoadTableResponse(*entry, selection);
  }
  http::Response response;
  response.status = 304;
  response.headers.emplace_back("ETag", EntityTag(*entry, selection));
  return response;
}

Result<store::WarehouseRecord> CatalogHandler::WarehouseOf(const Route& route) {
  return route.prefix.empty() ? warehouses_.Default() : warehouses_.FindByName(route.prefix);
}

http::Response CatalogHandler::Handle(const http::Request& request) {
  http::Response trace;
  trace.request_id = http::RequestIdOf(request);
  trace.principal = kAnonymous;
  storage::CallDeadline files(request.deadline);
  auto result = Run(request, trace);
  http::Response response =
      result.has_value() ? *std::move(result) : rest::RenderError(result.error());
  response.route = trace.route;
  response.principal = std::move(trace.principal);
  response.request_id = std::move(trace.request_id);
  return response;
}

http::Response CatalogHandler::RenderError(int status, const Error& error) {
  return RenderErrorAs(status, error);
}

Result<http::Response> CatalogHandler::Run(const http::Request& request, http::Response& trace) {
  auto route = router_.Match(request.method, request.path);
  if (!route.has_value()) {
    if (route.error().code() == ErrorCode::kUnsupported) {
      http::Response response = RenderErrorAs(405, route.error());
      response.headers.emplace_back("Allow", router_.AllowedMethods(request.path));
      return response;
    }
    return TakeError(std::move(route));
  }
  trace.route = route->spec->name;
  ASSIGN_OR_RETURN(Invocation invocation, Admit(request, *std::move(route)));
  invocation.call.principal = trace.principal;
  invocation.call.request_id = trace.request_id;
  std::string_view key = request.Header("Idempotency-Key");
  if (request.HasHeader("Idempotency-Key") && invocation.route.spec->idempotent_by_key) {
    return RunWithKey(invocation, key);
  }
  ASSIGN_OR_RETURN(LargeBodies::Turn turn,
                   large_bodies_.Wait(request.body.size(), request.deadline));
  invocation.turn.emplace(std::move(turn));
  return DispatchAndKeep(invocation);
}

Result<http::Response> CatalogHandler::DispatchAndKeep(Invocation& invocation) {
  if (!IsAboutNames(invocation.route, invocation.request)) {
    return Dispatch(invocation);
  }
  // Taken before anything is read: what changes meanwhile makes the answer one of the past.
  auto generation = environment_.store.NamesGeneration();
  auto response = Dispatch(invocation);
  if (generation && response.has_value()) {
    names_cache_.Put({invocation.call.warehouse.id, invocation.request.target}, *generation,
                     response->body.front());
  }
  return response;
}

Result<CatalogHandler::Invocation> CatalogHandler::Admit(const http::Request& request,
                                                         Route route) {
  const Operation operation = route.spec->operation;
  const bool about_features =
      operation == Operation::kJoinFeatures || operation == Operation::kLatestFeatures;
  RETURN_IF_ERROR(
      CheckContentType(request, about_features ? BodyTypes::kJsonOrArrow : BodyTypes::kJson));
  ASSIGN_OR_RETURN(http::Query query, http::Query::Parse(request.query));
  service::CallContext call;
  call.deadline = request.deadline;
  call.success_status = route.spec->success_status;
  if (route.spec->in_warehouse()) {
    ASSIGN_OR_RETURN(call.warehouse, WarehouseOf(route));
  }
  return Invocation{request, std::move(route), std::move(query), std::move(call)};
}

Result<http::Response> CatalogHandler::RunWithKey(Invocation& invocation, std::string_view key) {
  auto uuid = Uuid::Parse(key);
  if (!uuid) {
    return Error(ErrorCode::kInvalidArgument, "Idempotency-Key must be a UUID of 36 characters");
  }
  const http::Request& request = invocation.request;
  store::IdempotencyKey identity{
      .key = uuid->ToString(),
      .principal = invocation.call.principal,
      .warehouse = invocation.call.warehouse.id,
      .operation = fmt::format("{} {}", http::ToString(request.method), request.target),
      .body_hash = Sha256Hex(request.body),
      .expires_at =
          TimestampMs(environment_.clock.Now().value() + options_.idempotency_lifetime.count())};
  // Those of plans apart: they are held for seconds.
  KeyLocks& locks = Plans(invocation.route.spec->operation) ? plan_key_locks_ : change_key_locks_;
  auto& mutex = locks[std::hash<std::string>{}(identity.key) % locks.size()];
  std::unique_lock lock(mutex, request.deadline);
  if (!lock.owns_lock()) {
    return Error(ErrorCode::kUnavailable, "A call with the same Idempotency-Key is under way");
  }
  ASSIGN_OR_RETURN(auto outcome, environment_.store.FindOutcome(identity, request.deadline));
  if (outcome) {
    return Replay(invocation, *outcome);
  }
  // Not before: who waits for the key works on no body, and who is answered from the record only
  // where it needs the name in there.
  ASSIGN_OR_RETURN(LargeBodies::Turn turn,
                   large_bodies_.Wait(request.body.size(), request.deadline));
  invocation.turn.emplace(std::move(turn));
  invocation.call.idempotency = identity;
  auto response = Dispatch(invocation);
  if (!response.has_value() && IsDeterministic(response.error().code())) {
    RETURN_IF_ERROR(
        environment_.store.SaveOutcome(identity,
                                       {.http_status = MappingOf(response.error().code()).status,
                                        .reference = PrintStoredError(response.error())},
                                       request.deadline));
  }
  return response;
}

Result<http::Response> CatalogHandler::Dispatch(Invocation& invocation) {
  switch (invocation.route.spec->operation) {
    case Operation::kGetConfig:
      return GetConfig(invocation);
    case Operation::kListNamespaces:
      return ListNamespaces(invocation);
    case Operation::kCreateNamespace:
      return CreateNamespace(invocation);
    case Operation::kLoadNamespace:
    case Operation::kNamespaceExists:
      return LoadNamespace(invocation);
    case Operation::kDropNamespace:
      return DropNamespace(invocation);
    case Operation::kUpdateNamespaceProperties:
      return UpdateNamespaceProperties(invocation);
    case Operation::kListTables:
      return ListTables(invocation);
    case Operation::kCreateTable:
      return CreateTable(invocation);
    case Operation::kLoadTable:
      return LoadTable(invocation);
    case Operation::kTableExists:
      return TableExists(invocation);
    case Operation::kUpdateTable:
      return UpdateTable(invocation);
    case Operation::kDropTable:
      return DropTable(invocation);
    case Operation::kRegisterTable:
      return RegisterTable(invocation);
    case Operation::kUnregisterTable:
      return UnregisterTable(invocation);
    case Operation::kReportMetrics:
      return ReportMetrics(invocation);
    case Operation::kRenameTable:
      return RenameTable(invocation);
    case Operation::kCommitTransaction:
      return CommitTransaction(invocation);
    default:
      return DispatchPlanning(invocation);
  }
}

Result<http::Response> CatalogHandler::DispatchPlanning(Invocation& invocation) {
  switch (invocation.route.spec->operation) {
    case Operation::kPlanTableScan:
      return PlanTableScan(invocation);
    case Operation::kFetchPlanningResult:
      return FetchPlanningResult(invocation);
    case Operation::kCancelPlanning:
      return CancelPlanning(invocation);
    case Operation::kFetchScanTasks:
      return FetchScanTasks(invocation);
    default:
      return DispatchView(invocation);
  }
}

Result<http::Response> CatalogHandler::DispatchView(Invocation& invocation) {
  switch (invocation.route.spec->operation) {
    case Operation::kListViews:
      return ListViews(invocation);
    case Operation::kCreateView:
      return CreateView(invocation);
    case Operation::kLoadView:
      return LoadView(invocation);
    case Operation::kViewExists:
      return ViewExists(invocation);
    case Operation::kReplaceView:
      return ReplaceView(invocation);
    case Operation::kDropView:
      return DropView(invocation);
    case Operation::kRegisterView:
      return RegisterView(invocation);
    case Operation::kRenameView:
      return RenameView(invocation);
    default:
      return DispatchManagement(invocation);
  }
}

Result<http::Response> CatalogHandler::DispatchManagement(Invocation& invocation) {
  switch (invocation.route.spec->operation) {
    case Operation::kListWarehouses:
      return ListWarehouses(invocation);
    case Operation::kCreateWarehouse:
      return CreateWarehouse(invocation);
    case Operation::kDropWarehouse:
      return DropWarehouse(invocation);
    case Operation::kListJobs:
      return ListJobs(invocation);
    case Operation::kGetJob:
      return GetJob(invocation);
    case Operation::kRetryJob:
      return RetryJob(invocation);
    case Operation::kCancelJob:
      return CancelJob(invocation);
    case Operation::kJoinFeatures:
      return JoinFeatures(invocation);
    case Operation::kLatestFeatures:
      return LatestFeatures(invocation);
    default:
      return Error(ErrorCode::kInternal, "An operation in the table has no function");
  }
}

}  // namespace firn::rest
