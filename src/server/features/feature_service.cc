#include "server/features/feature_service.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "features/request/as_of.h"
#include "features/request/requested_join.h"
#include "features/request/view_text.h"
#include "server/features/arrow_answer.h"
#include "server/features/entity_input.h"
#include "server/features/feature_rows.h"
#include "storage/call_deadline.h"

namespace firn::server_features {
namespace {

/// For requests to the store, of which more than one a core wait.
constexpr size_t kPoolThreads = 16;

features::EntityWindow WindowOf(const std::optional<TimestampUs>& start,
                                const std::optional<TimestampUs>& end) {
  features::EntityWindow window;
  window.start_us = start ? start->value() : window.start_us;
  window.end_us = end ? end->value() : window.end_us;
  return window;
}

Result<features::RequestedJoin> RequestedOf(const rest::JoinFeaturesRequest& request,
                                            const Clock& clock) {
  features::RequestedJoin join{.event_timestamp = request.event_timestamp, .views = {}};
  ASSIGN_OR_RETURN(join.snapshot, features::StateAsOf(request.as_of, clock));
  join.names =
      request.full_feature_names ? features::FeatureNames::kFull : features::FeatureNames::kShort;
  for (const std::string& text : request.views) {
    ASSIGN_OR_RETURN(features::ViewText view, features::ParseViewText(text));
    join.views.push_back({std::move(view), std::nullopt});
  }
  return join;
}

}  // namespace

FeatureService::Tools::Tools(const FeatureOptions& options)
    : manifests(options.manifest_bytes), pool(kPoolThreads) {}

/// The answer of a run as an Arrow IPC stream.
class FeatureService::Stream final : public http::BodyStream {
 public:
  Stream(std::shared_ptr<FeatureRun> run, std::unique_ptr<FeatureRows> rows)
      : run_(std::move(run)), answer_(std::move(rows)) {}

  Result<http::Body> Next() override {
    storage::CallDeadline files(run_->call().deadline);
    RETURN_IF_ERROR(run_->Check());
    auto piece = answer_.Next();
    if (!piece.has_value()) {
      return run_->Explained(TakeError(std::move(piece)));
    }
    // What came too late is not begun to be sent.
    RETURN_IF_ERROR(run_->Check());
    if (answer_.ended()) {
      run_->Complete();
    }
    if (piece->empty()) {
      return http::Body();
    }
    return std::make_shared<const std::string>(*std::move(piece));
  }

  bool AtEnd() const override { return answer_.ended(); }

 private:
  /// First: the answer works with it.
  const std::shared_ptr<FeatureRun> run_;
  ArrowAnswer answer_;
};

FeatureService::FeatureService(const service::Environment& environment,
                               const FeatureOptions& options)
    : environment_(environment), options_(options) {}

FeatureService::~FeatureService() = default;

Error FeatureService::NoPlace() {
  counters_.refused.fetch_add(1);
  return {ErrorCode::kResourceExhausted,
          fmt::format("{} joins are running (features.max_running), try again later",
                      options_.max_running)};
}

Status FeatureService::CheckPlace() {
  if (counters_.running >= static_cast<int64_t>(options_.max_running)) {
    return NoPlace();
  }
  return {};
}

Result<std::shared_ptr<FeatureRun>> FeatureService::Begin(const service::CallContext& call,
                                                          const std::stop_token& stop) {
  if (counters_.running.fetch_add(1) >= static_cast<int64_t>(options_.max_running)) {
    counters_.running.fetch_sub(1);
    return NoPlace();
  }
  std::call_once(made_, [this] { tools_ = std::make_unique<Tools>(options_); });
  return std::make_shared<FeatureRun>(
      RunInput{.environment = environment_,
               .call = call,
               .stop = stop,
               .memory_bytes = options_.memory_bytes,
               .manifests = tools_->manifests.Of(call.warehouse.id),
               .pool = tools_->pool,
               .ended = [this](RunEnd end) {
                 counters_.running.fetch_sub(1);
                 (end == RunEnd::kCompleted ? counters_.completed : counters_.failed).fetch_add(1);
               }});
}

Result<std::shared_ptr<http::BodyStream>> FeatureService::Join(const service::CallContext& call,
                                                               const rest::FeatureCall& request) {
  ASSIGN_OR_RETURN(auto run, Begin(call, request.stop));
  auto input = ReadEntityInput(request.body, request.form, run->memory());
  if (!input.has_value()) {
    return run->Explained(TakeError(std::move(input)));
  }
  ASSIGN_OR_RETURN(features::RequestedJoin requested,
                   RequestedOf(input->request, environment_.clock));
  ASSIGN_OR_RETURN(
      features::JoinRequest join,
      features::MakeJoinRequest(run->tables(), requested,
                                input->entities ? input->entities->schema().get() : nullptr));
  auto rows =
      JoinRows(run->context(), {.request = std::move(join),
                                .entities = std::move(input->entities),
                                .window = WindowOf(input->request.start, input->request.end),
                                .memory_bytes = options_.memory_bytes});
  return std::make_shared<Stream>(std::move(run), std::move(rows));
}

Result<std::shared_ptr<http::BodyStream>> FeatureService::Latest(const service::CallContext& call,
                                                                 const rest::FeatureCall& request) {
  ASSIGN_OR_RETURN(auto run, Begin(call, request.stop));
  ASSIGN_OR_RETURN(auto asked, ReadLatestInput(request.body, request.form));
  ASSIGN_OR_RETURN(features::ViewText text, features::ParseViewText(asked.view));
  ASSIGN_OR_RETURN(table::SnapshotSelector snapshot,
                   features::StateAsOf(asked.as_of, environment_.clock));
  ASSIGN_OR_RETURN(table::Table table, run->tables().Load(text.table));
  ASSIGN_OR_RETURN(features::JoinView view, features::MakeView(text, std::move(table), snapshot,
                                                               features::FeatureNames::kShort));
  const features::EntityWindow window = WindowOf(asked.start, asked.end);
  auto rows = NewestRows(run->context(), {.view = std::move(view),
                                          .start_us = window.start_us,
                                          .end_us = window.end_us,
                                          .memory_bytes = run->memory_bytes()});
  return std::make_shared<Stream>(std::move(run), std::move(rows));
}

}  // namespace firn::server_features
