#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "server/rest/catalog_handler.h"
#include "server/rest/errors.h"
#include "server/rest/plan_requests.h"
#include "server/rest/responses.h"
#include "server/rest/scan_tasks_page.h"

namespace firn::rest {
namespace {

using planning::OpenPlan;

constexpr ErrorMapping kNoSuchPlanId{404, "NoSuchPlanIdException"};
constexpr ErrorMapping kNoSuchPlanTask{404, "NoSuchPlanTaskException"};

/// In these calls what is not found is the plan, or the task: it says so itself, or its files are
/// gone with its snapshot.
Result<http::Response> Missing(const ErrorMapping& mapping, Error error) {
  if (error.code() == ErrorCode::kNotFound) {
    return RenderErrorAs(mapping, error);
  }
  return error;
}

/// True where planning ended without a plan for good: an outcome to tell, not a call to repeat.
bool IsFailedPlan(const Error& error) { return error.code() == ErrorCode::kInvalidMetadata; }

http::Response FailedPlan(const Error& error) {
  std::string body;
  ErrorMapping mapping = MappingOf(error.code());
  JsonWriter(body)
      .BeginObject()
      .Field("status", "failed")
      .Key("error")
      .BeginObject()
      .Field("message", MessageOf(error))
      .Field("type", mapping.type)
      .Field("code", mapping.status)
      .EndObject()
      .EndObject();
  return JsonResponse(std::move(body));
}

/// `id`: of the plan; empty where the client knows it.
http::Response EndPlan(std::string body, std::string_view id) {
  body += id.empty() ? "" : fmt::format(R"(,"plan-id":"{}")", id);
  body += '}';
  return JsonResponse(std::move(body));
}

class Stopwatch {
 public:
  explicit Stopwatch(LatencyHistogram& histogram) : histogram_(histogram) {}
  ~Stopwatch() { histogram_.Record(std::chrono::steady_clock::now() - start_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  LatencyHistogram& histogram_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<CatalogHandler::PlanAnswer> CatalogHandler::RenderPlan(const Invocation& invocation,
                                                              const OpenPlan& plan) {
  PlanAnswer answer;
  JsonWriter out(answer.body);
  out.BeginObject().Field("status", plan.ready() ? "completed" : "submitted");
  if (!plan.ready()) {
    return answer;
  }
  const planning::PlanningOptions& limits = plans_.options();
  ScanTasksPage page({.files = limits.page_files, .bytes = limits.page_bytes, .until = plan.until},
                     plan.spec.stats);
  ASSIGN_OR_RETURN(auto tasks, plans_.Read(invocation.call, plan, plan.whole(), page));
  page.AppendTo(out, tasks);
  plans_.counters().files.fetch_add(static_cast<uint64_t>(page.files()), std::memory_order_relaxed);
  answer.whole = tasks.empty();
  return answer;
}

Result<http::Response> CatalogHandler::PlanTableScan(Invocation& invocation) {
  Stopwatch watch(plans_.counters().begun);
  auto answer = BeginPlan(invocation);
  if (!answer.has_value()) {
    plans_.counters().failed.fetch_add(1, std::memory_order_relaxed);
  }
  return answer;
}

Result<http::Response> CatalogHandler::BeginPlan(Invocation& invocation) {
  ASSIGN_OR_RETURN(planning::PlanRequest request, ParsePlanTableScan(invocation.request.body));
  invocation.turn.reset();  // what takes long is not the body
  ASSIGN_OR_RETURN(OpenPlan plan, plans_.Begin(invocation.call, invocation.identifier(), request));
  ASSIGN_OR_RETURN(PlanAnswer answer, RenderPlan(invocation, plan));
  auto& count = !plan.ready()  ? plans_.counters().submitted
                : answer.whole ? plans_.counters().completed
                               : plans_.counters().paged;
  count.fetch_add(1, std::memory_order_relaxed);
  return Finish<std::string>(
      invocation, plans_.Keep(invocation.call, plan, answer.whole),
      [&](const std::string& id) { return EndPlan(std::move(answer.body), id); });
}

Result<http::Response> CatalogHandler::AnswerPlan(const Invocation& invocation,
                                                  std::string_view plan_id) {
  auto plan = plans_.Fetch(invocation.call, invocation.identifier(), plan_id);
  if (plan.has_value()) {
    auto answer = RenderPlan(invocation, *plan);
    if (answer.has_value()) {
      bool names_plan = invocation.route.spec->operation == Operation::kPlanTableScan;
      return EndPlan(std::move(answer->body), names_plan ? plan_id : "");
    }
    plan = TakeError(std::move(answer));
  }
  if (IsFailedPlan(plan.error())) {
    return FailedPlan(plan.error());
  }
  return Missing(kNoSuchPlanId, TakeError(std::move(plan)));
}

Result<http::Response> CatalogHandler::FetchPlanningResult(Invocation& invocation) {
  Stopwatch watch(plans_.counters().fetched);
  return AnswerPlan(invocation, invocation.route.item);
}

Result<http::Response> CatalogHandler::CancelPlanning(Invocation& invocation) {
  auto answer = Finish<std::monostate>(
      invocation, plans_.Cancel(invocation.call, invocation.identifier(), invocation.route.item),
      [](std::monostate) { return NoContent(); });
  return answer.has_value() ? std::move(answer)
                            : Missing(kNoSuchPlanId, TakeError(std::move(answer)));
}

Result<http::Response> CatalogHandler::FetchScanTasks(const Invocation& invocation) {
  Stopwatch watch(plans_.counters().tasks);
  ASSIGN_OR_RETURN(std::string token, ParseFetchScanTasks(invocation.request.body));
  auto answer = ReadPlanTask(invocation, token);
  if (!answer.has_value()) {
    return Missing(kNoSuchPlanTask, TakeError(std::move(answer)));
  }
  if (invocation.call.idempotency) {
    // The call changes nothing: a repeat reads the same task again.
    RETURN_IF_ERROR(environment_.store.SaveOutcome(*invocation.call.idempotency,
                                                   {.http_status = 200, .reference = ""},
                                                   invocation.call.deadline));
  }
  return answer;
}

Result<http::Response> CatalogHandler::ReadPlanTask(const Invocation& invocation,
                                                    std::string_view token) {
  ASSIGN_OR_RETURN(planning::OpenTask task,
                   plans_.Open(invocation.call, invocation.identifier(), token));
  const planning::PlanningOptions& limits = plans_.options();
  ScanTasksPage page(
      {.files = limits.page_files, .bytes = limits.page_bytes, .until = task.plan.until},
      task.plan.spec.stats);
  ASSIGN_OR_RETURN(auto tasks, plans_.Read(invocation.call, task.plan, task.slice, page));
  std::string body;
  JsonWriter out(body);
  out.BeginObject();
  page.AppendTo(out, tasks);
  out.EndObject();
  plans_.counters().files.fetch_add(static_cast<uint64_t>(page.files()), std::memory_order_relaxed);
  return JsonResponse(std::move(body));
}

}  // namespace firn::rest
