#include "server/features/feature_service.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "features/request/requested_join.h"
#include "features/request/view_text.h"
#include "server/features/arrow_answer.h"
#include "server/features/bounded_memory.h"
#include "server/features/entity_input.h"
#include "server/features/feature_rows.h"
#include "server/features/served_tables.h"
#include "storage/call_deadline.h"
#include "table/scan/table_scan.h"

namespace firn::server_features {
namespace {

/// For requests to the store, of which more than one a core wait.
constexpr size_t kPoolThreads = 16;
/// A join sizes its parts by an estimate: this much more is an error.
constexpr int64_t kMemorySlack = 2;

table::SnapshotSelector SnapshotOf(const std::optional<TimestampMs>& as_of) {
  return as_of ? table::SnapshotSelector(table::AsOf{*as_of})
               : table::SnapshotSelector(table::CurrentSnapshot{});
}

features::EntityWindow WindowOf(const std::optional<TimestampUs>& start,
                                const std::optional<TimestampUs>& end) {
  features::EntityWindow window;
  window.start_us = start ? start->value() : window.start_us;
  window.end_us = end ? end->value() : window.end_us;
  return window;
}

Result<features::RequestedJoin> RequestedOf(const rest::JoinFeaturesRequest& request) {
  features::RequestedJoin join{.event_timestamp = request.event_timestamp,
                               .views = {},
                               .snapshot = SnapshotOf(request.as_of)};
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

/// One call: what it works with, and its answer. Gives its place back when it goes.
class FeatureService::Run final : public http::BodyStream {
 public:
  Run(FeatureService& owner, const service::CallContext& call, const rest::FeatureCall& request)
      : owner_(owner),
        deadline_(call.deadline),
        stop_(request.stop),
        memory_(owner.options_.memory_bytes * kMemorySlack),
        tables_(owner.environment_, call),
        manifests_(owner.tools_->manifests.Of(call.warehouse.id)),
        scan_{.manifests = *manifests_,
              .pool = owner.tools_->pool,
              .readers = std::max(1U, std::thread::hardware_concurrency()),
              .read = {.stop = request.stop}} {}
  ~Run() override {
    owner_.counters_.running.fetch_sub(1);
    (completed_ ? owner_.counters_.completed : owner_.counters_.failed).fetch_add(1);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  arrow::MemoryPool* memory() { return &memory_; }
  ServedTables& tables() { return tables_; }
  features::JoinContext context() { return {.scan = scan_, .memory = &memory_}; }
  void Answer(std::unique_ptr<FeatureRows> rows) {
    answer_ = std::make_unique<ArrowAnswer>(std::move(rows));
  }

  Result<http::Body> Next() override {
    storage::CallDeadline files(deadline_);
    if (stop_.stop_requested()) {
      return Explained(Error(ErrorCode::kUnavailable, "The join was told to stop"));
    }
    auto piece = answer_->Next();
    if (!piece.has_value() || std::chrono::steady_clock::now() >= deadline_) {
      return Explained(piece.has_value() ? Error(ErrorCode::kDeadlineExceeded, "")
                                         : TakeError(std::move(piece)));
    }
    completed_ = piece->empty();
    return completed_ ? http::Body() : std::make_shared<const std::string>(*std::move(piece));
  }

  /// Whose limit an error was.
  Error Explained(Error error) const {
    if (std::chrono::steady_clock::now() >= deadline_) {
      return Error(ErrorCode::kDeadlineExceeded,
                   "The answer took longer than features.request_timeout");
    }
    if (memory_.was_exceeded()) {
      return Error(ErrorCode::kPayloadTooLarge,
                   "The answer needs more memory than features.memory_bytes");
    }
    return error;
  }

 private:
  FeatureService& owner_;
  const MonotonicTime deadline_;
  const std::stop_token stop_;
  BoundedMemory memory_;
  ServedTables tables_;
  const std::shared_ptr<table::ManifestCache> manifests_;
  const table::ScanContext scan_;
  /// Last: it works with what is above.
  std::unique_ptr<ArrowAnswer> answer_;
  bool completed_ = false;
};

FeatureService::FeatureService(const service::Environment& environment,
                               const FeatureOptions& options)
    : environment_(environment), options_(options) {}

FeatureService::~FeatureService() = default;

Result<std::shared_ptr<FeatureService::Run>> FeatureService::Begin(
    const service::CallContext& call, const rest::FeatureCall& request) {
  if (counters_.running.fetch_add(1) >= static_cast<int64_t>(options_.max_running)) {
    counters_.running.fetch_sub(1);
    counters_.refused.fetch_add(1);
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("{} joins are running (features.max_running), try again later",
                             options_.max_running));
  }
  std::call_once(made_, [this] { tools_ = std::make_unique<Tools>(options_); });
  return std::make_shared<Run>(*this, call, request);
}

Result<std::shared_ptr<http::BodyStream>> FeatureService::Join(const service::CallContext& call,
                                                               const rest::FeatureCall& request) {
  ASSIGN_OR_RETURN(auto run, Begin(call, request));
  auto input = ReadEntityInput(request.body, request.form, run->memory());
  if (!input.has_value()) {
    return run->Explained(TakeError(std::move(input)));
  }
  ASSIGN_OR_RETURN(features::RequestedJoin requested, RequestedOf(input->request));
  ASSIGN_OR_RETURN(
      features::JoinRequest join,
      features::MakeJoinRequest(run->tables(), requested,
                                input->entities ? input->entities->schema().get() : nullptr));
  run->Answer(
      JoinRows(run->context(), {.request = std::move(join),
                                .entities = std::move(input->entities),
                                .window = WindowOf(input->request.start, input->request.end),
                                .memory_bytes = options_.memory_bytes}));
  return std::shared_ptr<http::BodyStream>(std::move(run));
}

Result<std::shared_ptr<http::BodyStream>> FeatureService::Latest(const service::CallContext& call,
                                                                 const rest::FeatureCall& request) {
  ASSIGN_OR_RETURN(auto run, Begin(call, request));
  ASSIGN_OR_RETURN(auto asked, ReadLatestInput(request.body, request.form));
  ASSIGN_OR_RETURN(features::ViewText text, features::ParseViewText(asked.view));
  ASSIGN_OR_RETURN(table::Table table, run->tables().Load(text.table));
  ASSIGN_OR_RETURN(features::JoinView view,
                   features::MakeView(text, std::move(table), SnapshotOf(asked.as_of),
                                      features::FeatureNames::kShort));
  const features::EntityWindow window = WindowOf(asked.start, asked.end);
  run->Answer(
      NewestRows(run->context(),
                 {.view = std::move(view), .start_us = window.start_us, .end_us = window.end_us}));
  return std::shared_ptr<http::BodyStream>(std::move(run));
}

}  // namespace firn::server_features
