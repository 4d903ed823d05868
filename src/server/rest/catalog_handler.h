// CatalogHandler: the catalog behind http::Handler. Routes a request, finds its warehouse, honours
// its Idempotency-Key, calls the service that knows the rule, renders the answer.
//
// Each operation is one function in one of the *_operations.cc files; `operations.cc` says which
// exist. Thread-safety: any thread.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "base/deadline_mutex.h"
#include "server/http/handler.h"
#include "server/http/url.h"
#include "server/planning/plan_service.h"
#include "server/rest/feature_port.h"
#include "server/rest/large_bodies.h"
#include "server/rest/names_cache.h"
#include "server/rest/router.h"
#include "server/service/environment.h"
#include "server/service/namespaces.h"
#include "server/service/table_commits.h"
#include "server/service/tables.h"
#include "server/service/views.h"
#include "server/service/warehouses.h"

namespace firn::rest {

struct HandlerOptions {
  /// Percent-encoded, as `GET /v1/config` gives it.
  std::string namespace_separator = "%1F";
  std::chrono::milliseconds idempotency_lifetime{std::chrono::minutes(30)};
  /// Items of a page where the client names no size, or a larger one.
  int64_t max_page_size = 1000;
  planning::PlanningOptions planning;
  /// Outlives the handler; null: features are answered 406.
  FeaturePort* features = nullptr;
  /// What an answer of features may take.
  std::chrono::milliseconds feature_time{std::chrono::minutes(10)};
};

class CatalogHandler final : public http::Handler {
 public:
  /// All references must outlive the handler. Errors: kInvalidArgument for a bad separator.
  static Result<std::unique_ptr<CatalogHandler>> Make(const service::Environment& environment,
                                                      service::WarehouseDirectory& warehouses,
                                                      http::SystemEndpoints& system,
                                                      const HandlerOptions& options);

  std::optional<http::Response> TryHandleInline(const http::Request& request) override;
  http::Work WorkOf(const http::Request& request) const override;
  http::Response Handle(const http::Request& request) override;
  http::Response RenderError(int status, const Error& error) override;

  const planning::PlanService& plans() const { return plans_; }

 private:
  using KeyLocks = std::array<DeadlineMutex, 256>;
  /// A routed request.
  struct Invocation {
    const http::Request& request;
    Route route;
    http::Query query;
    service::CallContext call;
    /// Of the body; none while the call may be answered from what was kept under its key.
    std::optional<LargeBodies::Turn> turn = std::nullopt;

    TableIdentifier identifier() const { return {route.name_space, route.name}; }
  };

  CatalogHandler(const service::Environment& environment,
                 service::WarehouseDirectory& warehouses,
                 http::SystemEndpoints& system,
                 Router router,
                 const HandlerOptions& options);

  /// A table's cached answer; nullopt where a worker must make it.
  std::optional<http::Response> TryLoadTable(const http::Request& request, Route& route);
  /// A kept answer about names; nullopt where a worker must make it.
  std::optional<http::Response> TryNames(const http::Request& request, const Route& route);
  /// Dispatch, keeping the answer where it is about names.
  Result<http::Response> DispatchAndKeep(Invocation& invocation);
  Result<store::WarehouseRecord> WarehouseOf(const Route& route);

  Result<Invocation> Admit(const http::Request& request, Route route);
  Result<http::Response> Run(const http::Request& request, http::Response& trace);
  Result<http::Response> RunWithKey(Invocation& invocation, std::string_view key);
  Result<http::Response> Dispatch(Invocation& invocation);
  Result<http::Response> DispatchPlanning(Invocation& invocation);
  Result<http::Response> DispatchView(Invocation& invocation);
  Result<http::Response> DispatchManagement(Invocation& invocation);
  /// The answer of a call that was made before under the same key.
  Result<http::Response> Replay(const Invocation& invocation, const store::StoredOutcome& outcome);

  // config_operations.cc
  Result<http::Response> GetConfig(Invocation& invocation);
  // namespace_operations.cc
  Result<http::Response> ListNamespaces(Invocation& invocation);
  Result<http::Response> CreateNamespace(Invocation& invocation);
  Result<http::Response> LoadNamespace(Invocation& invocation);
  Result<http::Response> DropNamespace(Invocation& invocation);
  Result<http::Response> UpdateNamespaceProperties(Invocation& invocation);
  // table_operations.cc
  Result<http::Response> ListTables(Invocation& invocation);
  Result<http::Response> CreateTable(Invocation& invocation);
  Result<http::Response> LoadTable(Invocation& invocation);
  Result<http::Response> TableExists(Invocation& invocation);
  Result<http::Response> UpdateTable(Invocation& invocation);
  Result<http::Response> DropTable(Invocation& invocation);
  Result<http::Response> RegisterTable(Invocation& invocation);
  Result<http::Response> UnregisterTable(Invocation& invocation);
  Result<http::Response> ReportMetrics(Invocation& invocation);
  Result<http::Response> RenameTable(Invocation& invocation);
  Result<http::Response> CommitTransaction(Invocation& invocation);
  // planning_operations.cc
  /// The first page of a plan, or that it is still being begun: an object without its end.
  struct PlanAnswer {
    std::string body;
    /// Nothing is left to fetch.
    bool whole = false;
  };
  Result<http::Response> PlanTableScan(Invocation& invocation);
  Result<http::Response> BeginPlan(Invocation& invocation);
  Result<http::Response> FetchPlanningResult(Invocation& invocation);
  Result<http::Response> CancelPlanning(Invocation& invocation);
  Result<http::Response> FetchScanTasks(const Invocation& invocation);
  Result<PlanAnswer> RenderPlan(const Invocation& invocation, const planning::OpenPlan& plan);
  /// What has become of a plan.
  Result<http::Response> AnswerPlan(const Invocation& invocation, std::string_view plan_id);
  Result<http::Response> ReadPlanTask(const Invocation& invocation, std::string_view token);
  // feature_operations.cc
  using FeatureOperation = Result<std::shared_ptr<http::BodyStream>> (FeaturePort::*)(
      const service::CallContext& call, const FeatureCall& request);
  Result<http::Response> AnswerFeatures(Invocation& invocation, FeatureOperation ask);
  Result<http::Response> JoinFeatures(Invocation& invocation);
  Result<http::Response> LatestFeatures(Invocation& invocation);
  // view_operations.cc
  Result<http::Response> ListViews(Invocation& invocation);
  Result<http::Response> CreateView(Invocation& invocation);
  Result<http::Response> LoadView(Invocation& invocation);
  Result<http::Response> ViewExists(Invocation& invocation);
  Result<http::Response> ReplaceView(Invocation& invocation);
  Result<http::Response> DropView(Invocation& invocation);
  Result<http::Response> RegisterView(Invocation& invocation);
  Result<http::Response> RenameView(Invocation& invocation);
  // management_operations.cc
  Result<http::Response> ListWarehouses(Invocation& invocation);
  Result<http::Response> CreateWarehouse(Invocation& invocation);
  Result<http::Response> DropWarehouse(Invocation& invocation);
  Result<http::Response> ListJobs(Invocation& invocation);
  Result<http::Response> GetJob(const Invocation& invocation);
  Result<http::Response> RetryJob(Invocation& invocation);
  Result<http::Response> CancelJob(Invocation& invocation);
  /// Executes an operator's change of a job; the job as it is then.
  Result<http::Response> ChangeJob(const Invocation& invocation, const store::Mutation& change);

  /// An answer rendered by `render`, or the replayed outcome.
  template <class T, class Render>
  Result<http::Response> Finish(const Invocation& invocation,
                                Result<service::Answer<T>> answer,
                                Render render) {
    if (!answer.has_value()) {
      return TakeError(std::move(answer));
    }
    if (auto* outcome = std::get_if<store::StoredOutcome>(&*answer)) {
      return Replay(invocation, *outcome);
    }
    return render(std::get<T>(*answer));
  }

  service::Environment environment_;
  service::WarehouseDirectory& warehouses_;
  http::SystemEndpoints& system_;
  Router router_;
  HandlerOptions options_;
  service::NamespaceService namespaces_;
  service::TableService tables_;
  service::TableCommitService commits_;
  service::ViewService views_;
  planning::PlanService plans_;
  NamesCache names_cache_;
  LargeBodies large_bodies_;
  /// Calls under one idempotency key go one after the other in this process.
  KeyLocks change_key_locks_;
  KeyLocks plan_key_locks_;
};

}  // namespace firn::rest
