// PlanService: scan planning for clients. REST: planTableScan, fetchPlanningResult, cancelPlanning,
// fetchScanTasks.
//
// A plan is a row that says what to read (plan_spec.h) and, in the memory of the process that was
// asked, a ScanPlan that was begun from it (prepared_plans.h). Any process makes the same ScanPlan
// from the row, so a client may go to another one, or come back after a restart, at any time.
// Files are given a page at a time (page_reader.h), and the rest becomes further tasks
// (plan_token.h). Of a plan that fits the first page nothing is kept.
//
//   ASSIGN_OR_RETURN(OpenPlan plan, plans.Begin(call, identifier, request));
//   if (plan.ready()) {
//     ASSIGN_OR_RETURN(tasks, plans.Read(call, plan, plan.whole(), sink));
//   }
//   ASSIGN_OR_RETURN(auto id, plans.Keep(call, plan, ...));
//
// Planning computes in turns with itself (base/compute_turns.h), as many at a time as there are
// cores, on threads that stand behind those that answer at once.
//
// Errors: kNoSuchNamespace, kNoSuchTable; kInvalidArgument where the request does not fit the
// table; kPayloadTooLarge for a filter of more than kMaxPlanSpecBytes; kNotFound where there is no
// such plan or task (any more): unknown, of another table or principal, expired, cancelled, given
// whole, or its snapshots are gone; kForbidden where the table names manifests outside of the
// warehouse and the allowed roots; kUnavailable where too many plans are being begun;
// kInvalidMetadata where the table's files are corrupt or missing; those of the stores.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/compute_turns.h"
#include "base/latency_histogram.h"
#include "base/thread_pool.h"
#include "server/planning/page_reader.h"
#include "server/planning/plan_request.h"
#include "server/planning/plan_spec.h"
#include "server/planning/plan_token.h"
#include "server/planning/prepared_plans.h"
#include "server/service/environment.h"
#include "server/service/namespaces.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/scan_planner.h"

namespace firn::planning {

inline constexpr size_t kMaxPlanSpecBytes = size_t{1} << 20;

struct PlanningOptions {
  /// How long a plan lives after it was made or last asked for.
  std::chrono::milliseconds plan_ttl{std::chrono::hours(1)};
  /// How long a call plans before it gives what it has: plan tasks for the rest, or `submitted`.
  std::chrono::milliseconds inline_time{std::chrono::seconds(5)};
  /// Of one answer: file scan tasks, and bytes of them as JSON.
  int64_t page_files = 5000;
  int64_t page_bytes = int64_t{8} << 20;
  /// Plans being begun at a time; one more is kUnavailable.
  int64_t max_concurrent = 64;
  /// Decoded manifests kept in memory; a quarter as much for the plans that were begun.
  int64_t cache_bytes = int64_t{256} << 20;
};

/// A plan as one call sees it.
struct OpenPlan {
  TableIdentifier table;
  Uuid id;
  PlanSpec spec;
  store::PlanRecord record;
  /// nullopt: it is still being begun.
  std::optional<PreparedPlan> prepared;
  /// When the call answers with what it has.
  MonotonicTime until;

  bool ready() const { return prepared.has_value(); }
  /// All of it; empty where the table was.
  PlanSlice whole() const;
};

struct OpenTask {
  OpenPlan plan;
  PlanSlice slice;
};

/// For /metrics.
struct PlanCounters {
  /// From the request to the answer's first page, or to `submitted`.
  LatencyHistogram begun;
  LatencyHistogram fetched;
  LatencyHistogram tasks;
  std::atomic<uint64_t> completed = 0;  ///< given whole in the first answer
  std::atomic<uint64_t> paged = 0;      ///< with plan tasks for the rest
  std::atomic<uint64_t> submitted = 0;  ///< asynchronous
  std::atomic<uint64_t> failed = 0;     ///< ended without a plan, whatever the reason
  std::atomic<uint64_t> cancelled = 0;
  std::atomic<uint64_t> files = 0;  ///< file scan tasks given
};

class PlanService {
 public:
  /// What `environment` refers to outlives the service.
  PlanService(const service::Environment& environment, const PlanningOptions& options);

  /// Checks the request and begins the plan, waiting for it as long as an answer may take.
  Result<OpenPlan> Begin(const service::CallContext& call,
                         const TableIdentifier& identifier,
                         const PlanRequest& request);
  /// Remembers a plan that Begin gave. `whole`: its client has everything already, and asks again
  /// at most to cancel it, or for the same answer under its idempotency key. The id for the client.
  Result<service::Answer<std::string>> Keep(const service::CallContext& call,
                                            const OpenPlan& plan,
                                            bool whole);
  Result<OpenPlan> Fetch(const service::CallContext& call,
                         const TableIdentifier& identifier,
                         std::string_view plan_id);
  Result<service::Answer<std::monostate>> Cancel(const service::CallContext& call,
                                                 const TableIdentifier& identifier,
                                                 std::string_view plan_id);
  /// The plan is ready. Errors: kDeadlineExceeded where it is not by the call's deadline.
  Result<OpenTask> Open(const service::CallContext& call,
                        const TableIdentifier& identifier,
                        std::string_view token);

  /// Gives files of the slice to `sink` until it is full or PlanningOptions::inline_time has passed
  /// since the call began. Returns tokens for what is left.
  Result<std::vector<std::string>> Read(const service::CallContext& call,
                                        const OpenPlan& plan,
                                        const PlanSlice& slice,
                                        PlanSink& sink);

  const PlanningOptions& options() const { return options_; }
  PlanCounters& counters() { return counters_; }
  const PlanCounters& counters() const { return counters_; }
  table::ManifestCacheCounts cache_counts() const { return cache_.counts(); }
  size_t cache_bytes() const { return cache_.memory_bytes(); }
  size_t preparing() const { return prepared_.preparing(); }
  size_t prepared_bytes() const { return prepared_.bytes(); }

 private:
  Result<store::ObjectRef> FindTable(const service::CallContext& call,
                                     const TableIdentifier& identifier);
  Result<iceberg::TableMetadataPtr> LoadMetadata(const store::ObjectRecord& table);
  Result<iceberg::TableMetadataPtr> LoadMetadata(const store::ObjectRecord& table,
                                                 const PlanSpec& spec);
  /// The plan's row, as far as the caller may see it.
  Result<OpenPlan> FindPlan(const service::CallContext& call,
                            const TableIdentifier& identifier,
                            const store::ObjectRecord& table,
                            const Uuid& id);
  void Extend(const service::CallContext& call, const OpenPlan& plan);
  /// Waits for the plan until `plan.until`.
  Status Prepare(const service::CallContext& call, OpenPlan& plan, iceberg::TableMetadataPtr table);
  /// The same for a plan that was begun before, perhaps elsewhere.
  Status PrepareAgain(const service::CallContext& call,
                      const store::ObjectRecord& table,
                      OpenPlan& plan);
  /// What a missing file means: that the plan's snapshot is gone, or that a file is. Any other
  /// error says which file it is about.
  Error Explained(const service::CallContext& call, const OpenPlan& plan, Error error);
  MonotonicTime InlineEnd(const service::CallContext& call) const;
  MonotonicTime TurnEnd(const service::CallContext& call) const;
  Result<std::vector<store::SigningKey>> Keys(const service::CallContext& call);
  Result<std::vector<store::SigningKey>> LoadKeys(const service::CallContext& call);
  /// True where a key of this service signed the token for the digest.
  Result<bool> IsOurs(const service::CallContext& call,
                      const PlanToken& token,
                      std::string_view digest);
  /// True for the id of a plan of this table and principal that was given whole.
  Result<bool> IsWholePlan(const service::CallContext& call,
                           const store::ObjectRecord& table,
                           std::string_view plan_id);
  Result<std::vector<std::string>> TokensFor(const service::CallContext& call,
                                             const OpenPlan& plan,
                                             const PlanSlice& rest);

  const service::Environment environment_;
  const PlanningOptions options_;
  table::ManifestCache cache_;
  ComputeTurns turns_;
  ThreadPool readers_;
  PlanCounters counters_;
  std::mutex keys_mutex_;
  std::vector<store::SigningKey> keys_;
  /// Last: its threads use what is above.
  PreparedPlans prepared_;
};

}  // namespace firn::planning
