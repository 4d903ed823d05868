// ScanPlan: which files a scan of one snapshot reads, by which filter and with which deletes.
// Source: Iceberg specification, "Scan Planning".
//
// Made in two steps. Begin reads the manifest list, leaves out the manifests whose partition
// summaries exclude the filter, and indexes the delete files that remain. TasksOf then plans one
// data manifest: any of them, in any order, on any thread; so a plan can be streamed, cut in slices
// that another process plans (the same snapshot and request give the same manifests in the same
// order), or run whole (ForEachManifest) with the manifests read in parallel. Memory: the index of
// deletes, and of data manifests those in work; what the cache keeps is its own budget.
//
// A manifest may be planned in pieces, by rows and by time (TaskRange): the position that a piece
// ends at is where the next one begins, in any process.
//
// Pruning never drops a row that matches: summaries, then partition tuples (once a tuple), then
// bounds and counts.
//
// Errors: kInvalidArgument where the filter does not fit the schema; kNotFound for snapshot, ref or
// schema; kInvalidMetadata naming the file that is corrupt; kUnavailable where the context told it
// to stop; those of the store and of the context's check. Thread-safety: a ScanPlan is immutable;
// TasksOf may run on many threads. What the context names outlives it.
//
//   ASSIGN_OR_RETURN(ScanPlan plan, ScanPlan::Begin(context, table, {.filter = filter}));
//   RETURN_IF_ERROR(plan.ForEachManifest(0, plan.manifest_count(), {}, [&](ManifestTasks tasks) ->
//   Status { ... }));
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/bound_expression.h"
#include "iceberg/expression/expression.h"
#include "iceberg/expression/pruning/entry_filter.h"
#include "iceberg/metadata/table_metadata.h"
#include "storage/object_store.h"
#include "table/plan/delete_index.h"
#include "table/plan/manifest_cache.h"
#include "table/plan/plan_counts.h"
#include "table/plan/snapshot_selection.h"

namespace firn::table {

/// What planning works with. All outlive the plan.
struct PlanContext {
  storage::ObjectStore& store;
  ManifestCache& cache;
  ThreadPool& pool;
  /// Manifests read and decoded at a time, 1 to 256: on object stores more than there are cores.
  size_t parallelism = 16;
  /// Ends planning, Begin and what the plan does later, with kUnavailable.
  std::stop_token stop = {};
  /// Asked about each manifest list and manifest before it is read, or taken from the cache.
  std::function<Status(std::string_view location)> check = nullptr;
};

/// All rows of one snapshot.
struct SnapshotScan {
  SnapshotSelector snapshot = CurrentSnapshot{};
};

/// The rows that appends brought after `from` up to and with `to`. Deletes are not applied: of an
/// appended file all rows count.
struct AppendScan {
  /// nullopt: from the first snapshot on.
  std::optional<iceberg::SnapshotId> from;
  /// nullopt: the current snapshot.
  std::optional<iceberg::SnapshotId> to;
};

/// By which schema filter and columns are named.
enum class ScanSchema : uint8_t {
  kByScan,    ///< Of the snapshot where a snapshot, time or tag is asked for, else the table's.
  kTable,     ///< The table's current one.
  kSnapshot,  ///< The one that the snapshot was written with.
};

struct ScanRequest {
  std::variant<SnapshotScan, AppendScan> scan = SnapshotScan{};
  iceberg::Expression filter = iceberg::Expression::True();
  iceberg::NameCase names = iceberg::NameCase::kSensitive;
  ScanSchema schema = ScanSchema::kByScan;
  /// That schema of the table, in the place of `schema`: what a plan that is made again later pins.
  std::optional<iceberg::SchemaId> schema_id = std::nullopt;
  /// Metrics that tasks carry beyond those that the filter needs.
  iceberg::MetricsProjection metrics = iceberg::MetricsProjection::None();
};

/// What of a manifest is planned.
struct TaskRange {
  /// Rows [first_row, end_row) of the manifest.
  uint32_t first_row = 0;
  uint32_t end_row = std::numeric_limits<uint32_t>::max();
  /// No more rows are looked at once there are so many files,
  size_t enough_files = std::numeric_limits<size_t>::max();
  /// or it is so late. Some rows are looked at always.
  MonotonicTime until = MonotonicTime::max();
};

/// A data file to read.
struct FileTask {
  /// Of ManifestTasks::manifest.
  uint32_t row = 0;
  /// Into ScanPlan::deletes().files(), ascending.
  DeleteIndex::Matches deletes;
};

/// The files of one manifest that can hold matching rows, in its order.
struct ManifestTasks {
  /// Number among the plan's manifests.
  size_t index = 0;
  ManifestColumnsPtr manifest;
  std::vector<FileTask> files;
  /// The first row of the range that was not looked at; the end of the range, or of the manifest,
  /// where all were.
  uint32_t next_row = 0;
  /// True where all of the range was looked at.
  bool whole = true;
  PlanCounts counts;
};

class ScanPlan {
 public:
  /// The plan of an empty table has no manifests.
  static Result<ScanPlan> Begin(const PlanContext& context,
                                iceberg::TableMetadataPtr table,
                                const ScanRequest& request);

  /// Data manifests that can match, in the order of their list.
  size_t manifest_count() const { return manifests_.size(); }
  const iceberg::ManifestFile& manifest(size_t index) const { return *manifests_[index]; }
  const DeleteIndex& deletes() const { return *deletes_; }
  const iceberg::TableMetadata& table() const { return *table_; }
  /// The snapshot that is read, an append scan's last; null for an empty table.
  const iceberg::Snapshot* snapshot() const { return snapshot_; }
  const iceberg::Schema& schema() const { return *schema_; }
  /// The whole filter, without not.
  const iceberg::BoundExpression& filter() const { return filter_; }
  /// What Begin counted; each ManifestTasks has its own.
  const PlanCounts& counts() const { return counts_; }

  /// Plans `range` of manifest `index` < manifest_count().
  Result<ManifestTasks> TasksOf(size_t index, const TaskRange& range = {}) const;

  /// What rows of a file of `tasks` must still satisfy, as its partition does not say it: a bound
  /// expression over the scan's schema without not, that shares with the filter what it can. It is
  /// the same for all files of one partition (ManifestColumns::partition_ids).
  iceberg::BoundExpression ResidualOf(const ManifestTasks& tasks, const FileTask& file) const;

  /// Plans manifests [begin, end) in parallel and gives them to `visit` in order, one at a time, on
  /// the calling thread or another. Of `range`, first_row is of the first manifest and end_row of
  /// the last; the rest is of each. At most twice `parallelism` are in memory before they were
  /// visited. An error of `visit` ends it.
  Status ForEachManifest(size_t begin,
                         size_t end,
                         const TaskRange& range,
                         const std::function<Status(ManifestTasks)>& visit) const;

  /// The manifest lists and the index of deletes, whose manifests a cache may hold too.
  size_t MemoryBytes() const;

 private:
  class Pruning;
  class TaskMaker;

  ScanPlan() = default;

  Status SelectSnapshotScan(const SnapshotScan& scan, ScanSchema schema);
  Status SelectAppendScan(const AppendScan& scan, ScanSchema schema);
  Status ReadLists();
  Status SelectManifests(const ManifestListPtr& list, iceberg::SnapshotId snapshot);
  /// Of v1 files that embed their manifests in the snapshot: where they are and their specs.
  Result<ManifestListPtr> ListWithin(const iceberg::Snapshot& snapshot) const;
  Result<ManifestListPtr> ReadList(const iceberg::Snapshot& snapshot) const;
  Result<ManifestColumnsPtr> ReadManifest(const iceberg::ManifestFile& manifest,
                                          const iceberg::MetricsProjection& metrics) const;
  /// ParallelFor, whose threads stop when the context says so, and call the store until this
  /// thread's CallDeadline.
  Status ForEach(size_t count, const std::function<Status(size_t)>& body) const;
  /// Lets other computations go first. Error where the context says to stop.
  Status GoesOn() const;
  Status IndexDeletes();
  void AddDeleteFiles(const ManifestColumnsPtr& manifest,
                      const iceberg::EntryFilter& filter,
                      std::vector<DeleteFileRef>& files);

  std::optional<PlanContext> context_;
  iceberg::TableMetadataPtr table_;
  const iceberg::Snapshot* snapshot_ = nullptr;
  const iceberg::Schema* schema_ = nullptr;
  bool is_append_scan_ = false;
  /// Of an append scan: whose added files count, ascending.
  std::vector<iceberg::SnapshotId> appended_;
  iceberg::BoundExpression filter_ = iceberg::BoundExpression::True();
  /// In the filter, which is a measure of what a row costs.
  size_t predicates_ = 0;
  iceberg::MetricsProjection metrics_ = iceberg::MetricsProjection::None();
  std::vector<ManifestListPtr> lists_;
  std::vector<const iceberg::ManifestFile*> manifests_;
  std::vector<const iceberg::ManifestFile*> delete_manifests_;
  std::shared_ptr<const Pruning> pruning_;
  std::shared_ptr<const DeleteIndex> deletes_;
  PlanCounts counts_;
};

}  // namespace firn::table
