#include "table/plan/scan_planner.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/waiting_scope.h"
#include "iceberg/expression/pruning/manifest_evaluator.h"
#include "iceberg/expression/pruning/residual_evaluator.h"
#include "iceberg/manifest/manifest_metadata.h"
#include "storage/call_deadline.h"
#include "table/plan/ordered_loop.h"

namespace firn::table {
namespace {

using iceberg::BoundExpression;
using iceberg::EntryStatus;
using iceberg::ManifestColumns;
using iceberg::ManifestContent;
using iceberg::ManifestFile;
using iceberg::MetricsProjection;
using iceberg::SnapshotId;

/// Predicates and delete files that rows are compared with between two looks at the clock, about:
/// some ten milliseconds.
constexpr size_t kBlockWork = size_t{1} << 20;
constexpr size_t kMinBlockRows = 256;

size_t PredicatesOf(const BoundExpression& filter) {
  size_t predicates = filter.kind() == BoundExpression::Kind::kPredicate ? 1 : 0;
  for (const BoundExpression& child : filter.children()) {
    predicates += PredicatesOf(child);
  }
  return predicates;
}

/// False where the manifest only remembers deleted files.
bool HasLiveFiles(const ManifestFile& manifest) {
  return !manifest.added_files_count || !manifest.existing_files_count ||
         *manifest.added_files_count + *manifest.existing_files_count > 0;
}

/// The schema that the snapshot was written with, where the table still knows it.
const iceberg::Schema& SchemaOf(const iceberg::TableMetadata& table,
                                const iceberg::Snapshot* snapshot) {
  const iceberg::Schema* schema =
      snapshot != nullptr && snapshot->schema_id ? table.FindSchema(*snapshot->schema_id) : nullptr;
  return schema != nullptr ? *schema : table.current_schema();
}

}  // namespace

/// The filter as it is for each partition spec of the table.
class ScanPlan::Pruning {
 public:
  Pruning(const BoundExpression& filter, const iceberg::TableMetadata& table) {
    for (const iceberg::PartitionSpec& spec : table.specs) {
      by_spec_.emplace(spec.id, OfSpec{iceberg::ManifestEvaluator::ForRows(filter, spec),
                                       iceberg::EntryFilter(filter, spec),
                                       iceberg::ResidualEvaluator(filter, spec)});
    }
  }

  struct OfSpec {
    iceberg::ManifestEvaluator manifests;
    iceberg::EntryFilter entries;
    iceberg::ResidualEvaluator residuals;
  };

  /// Error where a manifest names a spec that the table does not have.
  Result<const OfSpec*> Of(const ManifestFile& manifest) const {
    auto found = by_spec_.find(manifest.spec_id);
    if (found == by_spec_.end()) {
      return Error(ErrorCode::kInvalidMetadata,
                   fmt::format("{} is of partition spec {}, which the table does not have",
                               manifest.path, manifest.spec_id.value()));
    }
    return &found->second;
  }

 private:
  std::map<iceberg::SpecId, OfSpec> by_spec_;
};

/// Fills in the tasks of one manifest.
class ScanPlan::TaskMaker {
 public:
  TaskMaker(const ScanPlan& plan, const Pruning::OfSpec& pruning, ManifestTasks& tasks)
      : plan_(plan),
        pruning_(pruning),
        tasks_(tasks),
        columns_(*tasks.manifest),
        deletes_(*plan.deletes_, columns_) {}

  Status Make(const TaskRange& range) {
    auto end = static_cast<uint32_t>(std::min<size_t>(range.end_row, columns_.size()));
    uint32_t begin = std::min(range.first_row, end);
    bool in_blocks = range.enough_files != TaskRange().enough_files ||
                     range.until != TaskRange().until || plan_.context_->stop.stop_possible();
    size_t block = in_blocks ? BlockRows() : columns_.size();
    while (begin < end) {
      RETURN_IF_ERROR(plan_.GoesOn());
      size_t wanted = std::max(kMinBlockRows, range.enough_files - tasks_.files.size());
      auto next = static_cast<uint32_t>(std::min<size_t>(end, begin + std::min(block, wanted)));
      Add(Prune(begin, next));
      begin = next;
      if (tasks_.files.size() >= range.enough_files ||
          std::chrono::steady_clock::now() >= range.until) {
        break;
      }
    }
    tasks_.next_row = begin;
    tasks_.whole = begin == end;
    tasks_.counts.result_data_files = static_cast<int64_t>(tasks_.files.size());
    return {};
  }

 private:
  size_t BlockRows() const {
    size_t work_of_row = 1 + plan_.predicates_ + plan_.deletes_->files().size();
    return std::max(kMinBlockRows, kBlockWork / work_of_row);
  }

  void Add(const std::vector<uint32_t>& rows) {
    tasks_.files.reserve(tasks_.files.size() + rows.size());
    for (uint32_t row : rows) {
      FileTask task{.row = row, .deletes = deletes_.Find(row)};
      tasks_.counts.result_delete_files += static_cast<int64_t>(task.deletes.size());
      tasks_.counts.total_file_size_bytes += columns_.file_sizes_bytes[row];
      tasks_.counts.result_rows += columns_.record_counts[row];
      tasks_.files.push_back(std::move(task));
    }
  }

  /// The rows of [begin, end) whose files can match.
  std::vector<uint32_t> Prune(uint32_t begin, uint32_t end) {
    std::vector<uint32_t> live = iceberg::LiveRows(columns_, begin, end);
    if (plan_.is_append_scan_) {
      std::erase_if(live, [&](uint32_t row) {
        return columns_.statuses[row] != EntryStatus::kAdded ||
               !std::ranges::binary_search(plan_.appended_, columns_.snapshot_ids[row]);
      });
    }
    size_t all = live.size();
    std::vector<uint32_t> in_partition =
        pruning_.entries.SelectByPartition(columns_, std::move(live));
    size_t left = in_partition.size();
    std::vector<uint32_t> rows = pruning_.entries.Select(columns_, std::move(in_partition));
    tasks_.counts.skipped_by_partition += static_cast<int64_t>(all - left);
    tasks_.counts.skipped_by_metrics += static_cast<int64_t>(left - rows.size());
    return rows;
  }

  const ScanPlan& plan_;
  const Pruning::OfSpec& pruning_;
  ManifestTasks& tasks_;
  const ManifestColumns& columns_;
  DeleteIndex::Lookup deletes_;
};

Result<ScanPlan> ScanPlan::Begin(const PlanContext& context,
                                 iceberg::TableMetadataPtr table,
                                 const ScanRequest& request) {
  ScanPlan plan;
  plan.context_.emplace(context);
  plan.table_ = std::move(table);
  if (const auto* scan = std::get_if<SnapshotScan>(&request.scan)) {
    RETURN_IF_ERROR(plan.SelectSnapshotScan(*scan, request.schema));
  } else {
    RETURN_IF_ERROR(plan.SelectAppendScan(std::get<AppendScan>(request.scan), request.schema));
  }
  if (request.schema_id) {
    plan.schema_ = plan.table_->FindSchema(*request.schema_id);
    if (plan.schema_ == nullptr) {
      return Error(ErrorCode::kNotFound,
                   fmt::format("Schema does not exist: {}", request.schema_id->value()));
    }
  }
  ASSIGN_OR_RETURN(BoundExpression bound,
                   iceberg::Bind(request.filter, *plan.schema_, request.names));
  plan.filter_ = iceberg::RewriteNot(bound);
  plan.predicates_ = PredicatesOf(plan.filter_);
  plan.pruning_ = std::make_shared<const Pruning>(plan.filter_, *plan.table_);
  plan.metrics_ = request.metrics;
  RETURN_IF_ERROR(plan.ReadLists());
  RETURN_IF_ERROR(plan.IndexDeletes());
  return plan;
}

Status ScanPlan::SelectSnapshotScan(const SnapshotScan& scan, ScanSchema schema) {
  ASSIGN_OR_RETURN(snapshot_, SelectSnapshot(*table_, scan.snapshot));
  switch (schema) {
    case ScanSchema::kByScan:
      schema_ = &SelectSchema(*table_, scan.snapshot, snapshot_);
      break;
    case ScanSchema::kTable:
      schema_ = &table_->current_schema();
      break;
    case ScanSchema::kSnapshot:
      schema_ = &SchemaOf(*table_, snapshot_);
      break;
  }
  return {};
}

Status ScanPlan::SelectAppendScan(const AppendScan& scan, ScanSchema schema) {
  std::optional<SnapshotId> to = scan.to ? scan.to : table_->current_snapshot_id;
  schema_ = &table_->current_schema();
  if (!to) {
    return {};
  }
  ASSIGN_OR_RETURN(auto appends, AppendsBetween(*table_, scan.from, *to));
  snapshot_ = table_->FindSnapshot(*to);
  if (schema == ScanSchema::kSnapshot) {
    schema_ = &SchemaOf(*table_, snapshot_);
  }
  is_append_scan_ = true;
  for (const iceberg::Snapshot* append : appends) {
    appended_.push_back(append->id);
  }
  std::ranges::sort(appended_);
  return {};
}

Status ScanPlan::ReadLists() {
  if (snapshot_ == nullptr) {
    return {};
  }
  std::vector<const iceberg::Snapshot*> snapshots{snapshot_};
  if (is_append_scan_) {
    // Expired data may have left the newest list: each append's own list names what it added.
    snapshots.clear();
    for (SnapshotId id : appended_) {
      snapshots.push_back(table_->FindSnapshot(id));
    }
  }
  std::vector<ManifestListPtr> lists(snapshots.size());
  RETURN_IF_ERROR(ForEach(lists.size(), [&](size_t i) -> Status {
    ASSIGN_OR_RETURN(lists[i], ReadList(*snapshots[i]));
    return {};
  }));
  for (size_t i = 0; i < lists.size(); ++i) {
    RETURN_IF_ERROR(SelectManifests(lists[i], snapshots[i]->id));
  }
  return {};
}

Status ScanPlan::SelectManifests(const ManifestListPtr& list, SnapshotId snapshot) {
  lists_.push_back(list);
  for (const ManifestFile& manifest : *list) {
    RETURN_IF_ERROR(GoesOn());
    bool deletes = manifest.content == ManifestContent::kDeletes;
    if (is_append_scan_ && (deletes || manifest.added_snapshot_id != snapshot)) {
      continue;
    }
    ++(deletes ? counts_.total_delete_manifests : counts_.total_data_manifests);
    ASSIGN_OR_RETURN(const Pruning::OfSpec* pruning, pruning_->Of(manifest));
    if (HasLiveFiles(manifest) && pruning->manifests.MayMatch(manifest)) {
      (deletes ? delete_manifests_ : manifests_).push_back(&manifest);
    } else {
      ++(deletes ? counts_.skipped_delete_manifests : counts_.skipped_data_manifests);
    }
  }
  return {};
}

Status ScanPlan::IndexDeletes() {
  if (manifests_.empty()) {
    counts_.skipped_delete_manifests += static_cast<int64_t>(delete_manifests_.size());
    delete_manifests_.clear();
  }
  std::vector<ManifestColumnsPtr> manifests(delete_manifests_.size());
  RETURN_IF_ERROR(ForEach(manifests.size(), [&](size_t i) -> Status {
    // Which columns an equality delete compares is not known before it is read.
    ASSIGN_OR_RETURN(manifests[i], ReadManifest(*delete_manifests_[i], MetricsProjection::All()));
    return {};
  }));
  std::vector<DeleteFileRef> files;
  for (size_t i = 0; i < manifests.size(); ++i) {
    RETURN_IF_ERROR(GoesOn());
    ASSIGN_OR_RETURN(const Pruning::OfSpec* pruning, pruning_->Of(*delete_manifests_[i]));
    AddDeleteFiles(manifests[i], pruning->entries, files);
  }
  counts_.scanned_delete_manifests += static_cast<int64_t>(manifests.size());
  ASSIGN_OR_RETURN(DeleteIndex index, DeleteIndex::Build(table_, schema(), std::move(files)));
  metrics_ = metrics_.Union(MetricsProjection::Of(index.equality_fields()));
  deletes_ = std::make_shared<const DeleteIndex>(std::move(index));
  return {};
}

void ScanPlan::AddDeleteFiles(const ManifestColumnsPtr& manifest,
                              const iceberg::EntryFilter& filter,
                              std::vector<DeleteFileRef>& files) {
  std::vector<uint32_t> live =
      iceberg::LiveRows(*manifest, 0, static_cast<uint32_t>(manifest->size()));
  size_t all = live.size();
  // A global equality delete has no partition, so none excludes it.
  std::vector<uint32_t> rows = filter.SelectByPartition(*manifest, std::move(live));
  counts_.skipped_delete_files += static_cast<int64_t>(all - rows.size());
  counts_.indexed_delete_files += static_cast<int64_t>(rows.size());
  for (uint32_t row : rows) {
    const DeleteFileRef& file = files.emplace_back(DeleteFileRef{manifest, row});
    if (file.content() == iceberg::FileContent::kEqualityDeletes) {
      ++counts_.equality_delete_files;
    } else {
      ++counts_.positional_delete_files;
      counts_.deletion_vectors += file.is_deletion_vector() ? 1 : 0;
    }
  }
}

Status ScanPlan::GoesOn() const {
  {
    WaitingScope others_first;
  }
  if (context_->stop.stop_requested()) {
    return Error(ErrorCode::kUnavailable, "Planning was stopped");
  }
  return {};
}

Status ScanPlan::ForEach(size_t count, const std::function<Status(size_t)>& body) const {
  return ParallelFor(context_->pool, count, context_->parallelism,
                     [&, deadline = storage::CallDeadline::Current()](size_t i) -> Status {
                       RETURN_IF_ERROR(GoesOn());
                       storage::CallDeadline same(deadline);
                       return body(i);
                     });
}

Result<ManifestListPtr> ScanPlan::ListWithin(const iceberg::Snapshot& snapshot) const {
  ManifestList list;
  for (const std::string& path : snapshot.manifests) {
    if (context_->check) {
      RETURN_IF_ERROR(context_->check(path));
    }
    ASSIGN_OR_RETURN(std::string bytes, context_->store.Read(path, kMaxManifestFileBytes));
    ASSIGN_OR_RETURN(list.emplace_back(), iceberg::EmbeddedManifest(bytes, path, snapshot.id));
  }
  return std::make_shared<const ManifestList>(std::move(list));
}

Result<ManifestListPtr> ScanPlan::ReadList(const iceberg::Snapshot& snapshot) const {
  if (snapshot.manifest_list.empty()) {
    return ListWithin(snapshot);
  }
  if (context_->check) {
    RETURN_IF_ERROR(context_->check(snapshot.manifest_list));
  }
  return context_->cache.List(context_->store, snapshot.manifest_list);
}

Result<ManifestColumnsPtr> ScanPlan::ReadManifest(const ManifestFile& manifest,
                                                  const MetricsProjection& metrics) const {
  if (context_->check) {
    RETURN_IF_ERROR(context_->check(manifest.path));
  }
  return context_->cache.Manifest(context_->store, manifest, metrics);
}

BoundExpression ScanPlan::ResidualOf(const ManifestTasks& tasks, const FileTask& file) const {
  const ManifestColumns& columns = *tasks.manifest;
  auto pruning = pruning_->Of(*manifests_[tasks.index]);
  return (*pruning)->residuals.For(columns.partitions[columns.partition_ids[file.row]]);
}

size_t ScanPlan::MemoryBytes() const {
  size_t bytes = manifests_.capacity() * sizeof(ManifestFile*);
  for (const ManifestListPtr& list : lists_) {
    bytes += table::MemoryBytes(*list);
  }
  return bytes + deletes_->MemoryBytes();
}

Result<ManifestTasks> ScanPlan::TasksOf(size_t index, const TaskRange& range) const {
  const ManifestFile& manifest = *manifests_[index];
  ASSIGN_OR_RETURN(const Pruning::OfSpec* pruning, pruning_->Of(manifest));
  ManifestTasks tasks;
  tasks.index = index;
  ASSIGN_OR_RETURN(tasks.manifest,
                   ReadManifest(manifest, metrics_.Union(pruning->entries.metrics())));
  tasks.counts.scanned_data_manifests = 1;
  RETURN_IF_ERROR(TaskMaker(*this, *pruning, tasks).Make(range));
  return tasks;
}

Status ScanPlan::ForEachManifest(size_t begin,
                                 size_t end,
                                 const TaskRange& range,
                                 const std::function<Status(ManifestTasks)>& visit) const {
  auto tasks_of = [&,
                   deadline = storage::CallDeadline::Current()](size_t i) -> Result<ManifestTasks> {
    RETURN_IF_ERROR(GoesOn());
    storage::CallDeadline same(deadline);
    TaskRange of_this = range;
    of_this.first_row = i == 0 ? range.first_row : TaskRange().first_row;
    of_this.end_row = begin + i + 1 == end ? range.end_row : TaskRange().end_row;
    return TasksOf(begin + i, of_this);
  };
  return OrderedLoop<ManifestTasks>(context_->pool, end - begin, context_->parallelism, tasks_of,
                                    visit);
}

}  // namespace firn::table
