#include "server/planning/plan_service.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/reworded.h"
#include "base/waiting_scope.h"
#include "server/service/locations.h"
#include "server/service/metadata_files.h"
#include "server/service/tables.h"
#include "storage/call_deadline.h"

namespace firn::planning {
namespace {

using service::Answer;
using service::CallContext;
using service::Environment;

/// Threads that read manifests, besides the caller's.
constexpr size_t kReaderThreads = 16;
/// How far planning stands behind threads that answer at once.
constexpr int kNice = 19;
/// A plan that takes longer to begin fails.
constexpr std::chrono::minutes kMaxBeginTime{10};
/// A call that finds no turn to compute goes on without one after this time.
constexpr std::chrono::seconds kMaxTurnWait{2};
/// How long a call waits for a plan that was not ready in its first call either.
constexpr std::chrono::seconds kMaxPollTime{1};
constexpr std::chrono::seconds kMaxExtendTime{1};
constexpr std::string_view kKeyPurpose = "plan-task";
/// Of the memory for decoded manifests: what begun plans may hold.
constexpr int64_t kPreparedShare = 4;

Error NoSuchPlan(std::string_view id) {
  return Error(ErrorCode::kNotFound, fmt::format("Plan does not exist: {}", id));
}

Error NoSuchTask() { return Error(ErrorCode::kNotFound, "Plan task does not exist"); }

Error SnapshotGone() {
  return Error(ErrorCode::kNotFound, "The snapshot of the plan does not exist any more");
}

TimestampMs After(TimestampMs now, std::chrono::milliseconds time) {
  return TimestampMs(now.value() + time.count());
}

bool IsGone(const Error& error) {
  return error.code() == ErrorCode::kNoSuchTable || error.code() == ErrorCode::kNoSuchNamespace;
}

/// With the file in the message: clients see nothing else.
Error NamingItsFile(Error error) {
  for (const auto& [key, value] : error.context()) {
    if (key == "file" && error.message().find(value) == std::string::npos) {
      return Reworded(error, fmt::format("{}; file: {}", error.message(), value));
    }
  }
  return error;
}

bool HasSnapshots(const iceberg::TableMetadata& table, const PlanSpec& spec) {
  return (!spec.snapshot || table.FindSnapshot(*spec.snapshot) != nullptr) &&
         (!spec.appends_after || table.FindSnapshot(*spec.appends_after) != nullptr);
}

/// What the id of a plan that is given whole stands for.
std::string WholeDigest(store::PlanRecord record, const Uuid& id) {
  record.id = id.ToString();
  record.request = "whole";
  return PlanDigest(record);
}

/// Manifests of other warehouses are not read for this one's clients.
std::function<Status(std::string_view)> LocationCheck(const Environment& environment,
                                                      const store::WarehouseRecord& warehouse) {
  return [&environment, warehouse](std::string_view location) -> Status {
    Status allowed = service::CheckAllowed(environment, warehouse, location);
    if (!allowed.has_value()) {
      return Error(ErrorCode::kForbidden, std::string(allowed.error().message()));
    }
    return {};
  };
}

}  // namespace

PlanSlice OpenPlan::whole() const {
  size_t manifests = ready() && *prepared != nullptr ? (*prepared)->manifest_count() : 0;
  return {.begin = 0, .end = static_cast<uint32_t>(manifests)};
}

PlanService::PlanService(const Environment& environment, const PlanningOptions& options)
    : environment_(environment),
      options_(options),
      cache_(static_cast<size_t>(options.cache_bytes)),
      turns_(std::max(1U, std::thread::hardware_concurrency())),
      readers_(kReaderThreads, {.nice = kNice, .turns = &turns_}),
      prepared_({.max_preparing = static_cast<size_t>(options.max_concurrent),
                 .max_bytes = static_cast<size_t>(options.cache_bytes / kPreparedShare)},
                {.nice = kNice, .turns = &turns_}) {}

Result<store::ObjectRef> PlanService::FindTable(const CallContext& call,
                                                const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto record,
                   environment_.store.FindObject(call.warehouse.id, identifier,
                                                 store::ObjectKind::kTable, call.deadline));
  if (!record) {
    return service::NoSuchTable(identifier);
  }
  return record;
}

Result<iceberg::TableMetadataPtr> PlanService::LoadMetadata(const store::ObjectRecord& table) {
  ASSIGN_OR_RETURN(service::MetadataEntryPtr entry,
                   service::LoadTableEntry(environment_, table.pointer.metadata_location));
  return entry->table();
}

/// A plan outlives neither its snapshots nor its schema.
Result<iceberg::TableMetadataPtr> PlanService::LoadMetadata(const store::ObjectRecord& table,
                                                            const PlanSpec& spec) {
  auto loaded = LoadMetadata(table);
  if (!loaded.has_value()) {
    Error error = TakeError(std::move(loaded));
    return error.code() == ErrorCode::kNotFound
               ? Error(ErrorCode::kUnavailable, "The table has just changed, try again")
               : std::move(error);
  }
  iceberg::TableMetadataPtr metadata = *std::move(loaded);
  if (!HasSnapshots(*metadata, spec) || metadata->FindSchema(spec.schema) == nullptr) {
    return SnapshotGone();
  }
  return metadata;
}

/// Half of the call's time at most: what was planned must be given too.
MonotonicTime PlanService::InlineEnd(const CallContext& call) const {
  MonotonicTime now = std::chrono::steady_clock::now();
  return now + std::min<MonotonicTime::duration>(options_.inline_time, (call.deadline - now) / 2);
}

MonotonicTime PlanService::TurnEnd(const CallContext& call) const {
  return std::min<MonotonicTime>(call.deadline, std::chrono::steady_clock::now() + kMaxTurnWait);
}

Result<OpenPlan> PlanService::Begin(const CallContext& call,
                                    const TableIdentifier& identifier,
                                    const PlanRequest& request) {
  OpenPlan plan;
  plan.table = identifier;
  plan.until = InlineEnd(call);
  ComputeTurns::Hold turn(turns_, TurnEnd(call));
  ASSIGN_OR_RETURN(store::ObjectRef table, FindTable(call, identifier));
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr metadata, LoadMetadata(*table));
  plan.id = Uuid::TimeOrdered(environment_.clock.Now());
  ASSIGN_OR_RETURN(plan.spec, PinRequest(*metadata, request));
  plan.record = {.id = plan.id.ToString(),
                 .warehouse = call.warehouse.id,
                 .object = table->id,
                 .principal = call.principal,
                 .request = PrintPlanSpec(plan.spec),
                 .expires_at = After(environment_.clock.Now(), options_.plan_ttl)};
  if (plan.record.request.size() > kMaxPlanSpecBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("The filter takes more than {} bytes", kMaxPlanSpecBytes));
  }
  if (Status prepared = Prepare(call, plan, std::move(metadata)); !prepared.has_value()) {
    return Explained(call, plan, std::move(prepared).error());
  }
  return plan;
}

Status PlanService::Prepare(const CallContext& call,
                            OpenPlan& plan,
                            iceberg::TableMetadataPtr table) {
  if (!plan.spec.snapshot) {
    plan.prepared.emplace(nullptr);
    return {};
  }
  auto make = [this, table = std::move(table), request = ScanRequestOf(plan.spec),
               check = LocationCheck(environment_, call.warehouse)](
                  std::stop_token stop) -> Result<PreparedPlan> {
    storage::CallDeadline limit(std::chrono::steady_clock::now() + kMaxBeginTime);
    ASSIGN_OR_RETURN(table::ScanPlan begun, table::ScanPlan::Begin({.store = environment_.objects,
                                                                    .cache = cache_,
                                                                    .pool = readers_,
                                                                    .stop = std::move(stop),
                                                                    .check = check},
                                                                   table, request));
    return std::make_shared<const table::ScanPlan>(std::move(begun));
  };
  ASSIGN_OR_RETURN(plan.prepared, prepared_.Get(plan.record.id, std::move(make), plan.until));
  return {};
}

Result<Answer<std::string>> PlanService::Keep(const CallContext& call,
                                              const OpenPlan& plan,
                                              bool whole) {
  if (whole) {
    prepared_.Forget(plan.record.id);
  }
  if (whole && !call.idempotency) {
    ASSIGN_OR_RETURN(auto keys, Keys(call));
    return Answer<std::string>(
        PrintPlanToken({.plan = plan.id}, keys.front(), WholeDigest(plan.record, plan.id)));
  }
  store::CreatePlan create{plan.record};
  if (call.idempotency) {  // a repeat of the call is answered from the plan
    create.plan.expires_at = std::max(create.plan.expires_at, call.idempotency->expires_at);
  }
  auto result = environment_.store.Execute(
      create, service::MakeMutationContext(environment_, call, plan.record.id));
  if (!result.has_value() || result->replayed) {
    prepared_.Stop(plan.record.id);  // nobody will come for it
  }
  if (!result.has_value()) {
    return TakeError(std::move(result));
  }
  return result->replayed ? Answer<std::string>(*std::move(result->replayed))
                          : Answer<std::string>(plan.record.id);
}

Result<OpenPlan> PlanService::FindPlan(const CallContext& call,
                                       const TableIdentifier& identifier,
                                       const store::ObjectRecord& table,
                                       const Uuid& id) {
  std::string text = id.ToString();
  ASSIGN_OR_RETURN(auto record,
                   environment_.store.FindPlan(text, environment_.clock.Now(), call.deadline));
  if (!record || record->object != table.id || record->warehouse != call.warehouse.id ||
      record->principal != call.principal) {
    return NoSuchPlan(text);
  }
  OpenPlan plan;
  plan.table = identifier;
  plan.until = InlineEnd(call);
  plan.id = id;
  ASSIGN_OR_RETURN(plan.spec, ParsePlanSpec(record->request));
  plan.record = *std::move(record);
  if (plan.spec.table_uuid != table.pointer.uuid) {
    return NoSuchPlan(text);
  }
  return plan;
}

/// Not at every fetch: a write for each page would make reading one. Where the database has too
/// much to do for it the plan lives on as long as it would have.
void PlanService::Extend(const CallContext& call, const OpenPlan& plan) {
  TimestampMs now = environment_.clock.Now();
  if (plan.record.expires_at < After(now, options_.plan_ttl * 3 / 4)) {
    MonotonicTime soon = std::chrono::steady_clock::now() + kMaxExtendTime;
    static_cast<void>(environment_.store.ExtendPlan(plan.record.id, After(now, options_.plan_ttl),
                                                    std::min(call.deadline, soon)));
  }
}

Status PlanService::PrepareAgain(const CallContext& call,
                                 const store::ObjectRecord& table,
                                 OpenPlan& plan) {
  Extend(call, plan);
  ASSIGN_OR_RETURN(iceberg::TableMetadataPtr metadata, LoadMetadata(table, plan.spec));
  Status prepared = Prepare(call, plan, std::move(metadata));
  if (!prepared.has_value()) {
    // It did fit the table once: a snapshot between the two of an append scan has expired.
    return prepared.error().code() == ErrorCode::kInvalidArgument
               ? SnapshotGone()
               : Explained(call, plan, std::move(prepared).error());
  }
  return {};
}

Error PlanService::Explained(const CallContext& call, const OpenPlan& plan, Error error) {
  if (error.code() != ErrorCode::kNotFound) {
    return NamingItsFile(std::move(error));
  }
  auto table = FindTable(call, plan.table);
  if (!table.has_value()) {
    return IsGone(table.error()) ? SnapshotGone() : TakeError(std::move(table));
  }
  if ((*table)->id != plan.record.object) {
    return SnapshotGone();
  }
  auto metadata = LoadMetadata(**table, plan.spec);
  if (!metadata.has_value()) {
    return TakeError(std::move(metadata));
  }
  return Error(ErrorCode::kInvalidMetadata, std::string(error.message()));
}

Result<OpenPlan> PlanService::Fetch(const CallContext& call,
                                    const TableIdentifier& identifier,
                                    std::string_view plan_id) {
  ComputeTurns::Hold turn(turns_, TurnEnd(call));
  ASSIGN_OR_RETURN(store::ObjectRef table, FindTable(call, identifier));
  auto id = Uuid::Parse(plan_id);
  if (!id) {
    return NoSuchPlan(plan_id);
  }
  ASSIGN_OR_RETURN(OpenPlan plan, FindPlan(call, identifier, *table, *id));
  MonotonicTime until = plan.until;
  plan.until = std::min<MonotonicTime>(until, std::chrono::steady_clock::now() + kMaxPollTime);
  RETURN_IF_ERROR(PrepareAgain(call, *table, plan));
  plan.until = until;
  return plan;
}

Result<bool> PlanService::IsWholePlan(const CallContext& call,
                                      const store::ObjectRecord& table,
                                      std::string_view plan_id) {
  auto token = ParsePlanToken(plan_id);
  if (!token.has_value() || !token->slice.empty()) {
    return false;
  }
  store::PlanRecord record{.object = table.id, .principal = call.principal};
  return IsOurs(call, *token, WholeDigest(std::move(record), token->plan));
}

Result<Answer<std::monostate>> PlanService::Cancel(const CallContext& call,
                                                   const TableIdentifier& identifier,
                                                   std::string_view plan_id) {
  ASSIGN_OR_RETURN(store::ObjectRef table, FindTable(call, identifier));
  auto id = Uuid::Parse(plan_id);
  if (!id) {
    ASSIGN_OR_RETURN(bool whole, IsWholePlan(call, *table, plan_id));
    if (!whole) {
      return NoSuchPlan(plan_id);
    }
    if (call.idempotency) {
      RETURN_IF_ERROR(environment_.store.SaveOutcome(
          *call.idempotency, {.http_status = call.success_status, .reference = ""}, call.deadline));
    }
    return Answer<std::monostate>();
  }
  store::CancelPlan cancel{.id = id->ToString(), .object = table->id};
  ASSIGN_OR_RETURN(auto result, environment_.store.Execute(
                                    cancel, service::MakeMutationContext(environment_, call, "")));
  if (result.replayed) {
    return Answer<std::monostate>(*std::move(result.replayed));
  }
  prepared_.Stop(cancel.id);
  counters_.cancelled.fetch_add(1, std::memory_order_relaxed);
  return Answer<std::monostate>(std::monostate());
}

Result<OpenTask> PlanService::Open(const CallContext& call,
                                   const TableIdentifier& identifier,
                                   std::string_view token) {
  ComputeTurns::Hold turn(turns_, TurnEnd(call));
  ASSIGN_OR_RETURN(store::ObjectRef table, FindTable(call, identifier));
  ASSIGN_OR_RETURN(PlanToken parsed, ParsePlanToken(token));
  ASSIGN_OR_RETURN(OpenPlan plan, FindPlan(call, identifier, *table, parsed.plan));
  ASSIGN_OR_RETURN(bool ours, IsOurs(call, parsed, PlanDigest(plan.record)));
  if (!ours) {
    return NoSuchTask();
  }
  plan.until = call.deadline;  // there is no answer without the plan
  RETURN_IF_ERROR(PrepareAgain(call, *table, plan));
  plan.until = InlineEnd(call);
  if (!plan.ready()) {
    return Error(ErrorCode::kDeadlineExceeded, "The scan is still being planned");
  }
  if (parsed.slice.empty() || parsed.slice.end > plan.whole().end ||
      parsed.manifests != plan.whole().end) {
    return NoSuchTask();
  }
  return OpenTask{std::move(plan), parsed.slice};
}

Result<std::vector<std::string>> PlanService::Read(const CallContext& call,
                                                   const OpenPlan& plan,
                                                   const PlanSlice& slice,
                                                   PlanSink& sink) {
  if (slice.empty()) {
    return std::vector<std::string>();
  }
  ComputeTurns::Hold turn(turns_, TurnEnd(call));
  PageReader reader(
      **plan.prepared, slice,
      {.files = options_.page_files, .until = plan.until, .min_rows = plan.spec.min_rows}, sink);
  Result<PlanSlice> rest = reader.Read();
  if (!rest.has_value()) {
    return Explained(call, plan, TakeError(std::move(rest)));
  }
  return TokensFor(call, plan, *rest);
}

Result<std::vector<std::string>> PlanService::TokensFor(const CallContext& call,
                                                        const OpenPlan& plan,
                                                        const PlanSlice& rest) {
  std::vector<std::string> tokens;
  if (rest.empty()) {
    return tokens;
  }
  ASSIGN_OR_RETURN(auto keys, Keys(call));
  std::string digest = PlanDigest(plan.record);
  for (const PlanSlice& slice : CutSlice(**plan.prepared, rest, options_.page_files)) {
    PlanToken token{.plan = plan.id, .slice = slice, .manifests = plan.whole().end};
    tokens.push_back(PrintPlanToken(token, keys.front(), digest));
  }
  return tokens;
}

Result<std::vector<store::SigningKey>> PlanService::Keys(const CallContext& call) {
  {
    std::lock_guard lock(keys_mutex_);
    if (!keys_.empty()) {
      return keys_;
    }
  }
  return LoadKeys(call);
}

Result<std::vector<store::SigningKey>> PlanService::LoadKeys(const CallContext& call) {
  ASSIGN_OR_RETURN(store::SigningKey candidate, NewSigningKey());
  ASSIGN_OR_RETURN(auto keys,
                   environment_.store.SigningKeys(kKeyPurpose, candidate, call.deadline));
  std::lock_guard lock(keys_mutex_);
  keys_ = keys;
  return keys;
}

Result<bool> PlanService::IsOurs(const CallContext& call,
                                 const PlanToken& token,
                                 std::string_view digest) {
  std::string id = token.key.ToString();
  ASSIGN_OR_RETURN(auto keys, Keys(call));
  if (std::ranges::none_of(keys, [&](const store::SigningKey& key) { return key.id == id; })) {
    // Perhaps another process signs with a newer one.
    ASSIGN_OR_RETURN(keys, LoadKeys(call));
  }
  return std::ranges::any_of(
      keys, [&](const store::SigningKey& key) { return IsSignedBy(token, key, digest); });
}

}  // namespace firn::planning
