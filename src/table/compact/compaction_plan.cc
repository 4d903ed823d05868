#include "table/compact/compaction_plan.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "iceberg/schema/partition_key.h"

namespace firn::table {
namespace {

using iceberg::ManifestColumns;

struct Candidate {
  ScanFile file;
  bool must = false;
  /// As far as is known without reading.
  int64_t live_rows = 0;
  int64_t live_bytes = 0;
  int64_t least_live_rows = 0;
  int64_t most_live_rows = 0;

  const ManifestColumns& columns() const { return *file.tasks->manifest; }
  uint32_t row() const { return file.file().row; }
  int64_t bytes() const { return columns().file_sizes_bytes[row()]; }
  auto age() const { return std::tuple(columns().sequence_numbers[row()], columns().paths[row()]); }
};

class Planner {
 public:
  Planner(const ScanPlan& scan,
          const CompactionOptions& options,
          const FileSizes& sizes,
          const iceberg::SortOrder& order)
      : scan_(scan), options_(options), sizes_(sizes), order_(order) {}

  Status Run() {
    return scan_.ForEachManifest(0, scan_.manifest_count(), {},
                                 [this](ManifestTasks tasks) -> Status {
                                   Add(std::make_shared<const ManifestTasks>(std::move(tasks)));
                                   return {};
                                 });
  }

  std::vector<FileGroup> Groups() {
    std::vector<FileGroup> groups;
    for (auto& [key, candidates] : partitions_) {
      std::ranges::sort(candidates, {}, &Candidate::age);
      for (const std::vector<Candidate>& packed : Pack(candidates)) {
        if (IsWorthIt(packed)) {
          groups.push_back(Group(packed, !key.empty()));
        }
      }
    }
    return groups;
  }

  int64_t unreadable_files() const { return unreadable_; }

 private:
  void Add(const std::shared_ptr<const ManifestTasks>& tasks) {
    const ManifestColumns& columns = *tasks->manifest;
    const bool moves = columns.spec_id != scan_.table().default_spec_id;
    for (size_t task = 0; task < tasks->files.size(); ++task) {
      Candidate candidate{.file = {.tasks = tasks, .task = task}};
      Judge(candidate, moves);
      if (!candidate.must && !IsMisfit(candidate)) {
        continue;
      }
      if (columns.formats[candidate.row()] != iceberg::FileFormat::kParquet) {
        ++unreadable_;
        continue;
      }
      std::string key;
      if (!moves) {
        uint32_t partition = columns.partition_ids[candidate.row()];
        key = iceberg::PartitionKey(columns.spec_id, columns.partitions[partition]);
      }
      partitions_[std::move(key)].push_back(std::move(candidate));
    }
  }

  bool IsMisfit(const Candidate& candidate) const {
    if (options_.choice == FileChoice::kAll) {
      return true;
    }
    if (options_.strategy == CompactionStrategy::kSort) {
      auto id = iceberg::ValueAt(candidate.columns().sort_order_ids, candidate.row());
      return order_.id == iceberg::kUnsortedOrderId || id != order_.id.value();
    }
    return !sizes_.Fits(candidate.bytes());
  }

  /// By deletes that name the file.
  int64_t KnownDeletedRows(const Candidate& candidate) const {
    int64_t deleted = 0;
    for (uint32_t number : candidate.file.file().deletes) {
      const DeleteFileRef& file = scan_.deletes().files()[number];
      const auto& named = file.manifest->referenced_data_files;
      if (!named.empty() && !named[file.row].empty()) {
        deleted += file.manifest->record_counts[file.row];
      }
    }
    return deleted;
  }

  /// What lives at least and at most. Only a vector counts its rows: a delete file may hold a
  /// position twice, or those of other files.
  void BoundLiveRows(Candidate& candidate) const {
    const int64_t rows = candidate.columns().record_counts[candidate.row()];
    int64_t least = rows;
    int64_t most = rows;
    for (uint32_t number : candidate.file.file().deletes) {
      const DeleteFileRef& file = scan_.deletes().files()[number];
      const int64_t count = file.manifest->record_counts[file.row];
      least -= file.content() == iceberg::FileContent::kEqualityDeletes ? rows : count;
      most -= file.is_deletion_vector() ? count : 0;
    }
    candidate.least_live_rows = std::max<int64_t>(least, 0);
    candidate.most_live_rows = std::max<int64_t>(most, 0);
  }

  void Judge(Candidate& candidate, bool moves) const {
    const int64_t rows = candidate.columns().record_counts[candidate.row()];
    const int64_t deleted = std::clamp<int64_t>(KnownDeletedRows(candidate), 0, rows);
    const double share = rows == 0 ? 0 : static_cast<double>(deleted) / static_cast<double>(rows);
    const bool many_deletes =
        std::ssize(candidate.file.file().deletes) >= options_.delete_file_threshold ||
        (deleted > 0 && share >= options_.delete_ratio_threshold);
    candidate.must = many_deletes || (moves && options_.other_specs == OtherSpecs::kMove);
    candidate.live_rows = rows - deleted;
    candidate.live_bytes =
        static_cast<int64_t>(static_cast<double>(candidate.bytes()) * (1 - share));
    BoundLiveRows(candidate);
  }

  std::vector<std::vector<Candidate>> Pack(const std::vector<Candidate>& candidates) const {
    std::vector<std::vector<Candidate>> packed;
    int64_t bytes = 0;
    for (const Candidate& candidate : candidates) {
      if (packed.empty() || bytes + candidate.bytes() > options_.max_group_bytes) {
        packed.emplace_back();
        bytes = 0;
      }
      packed.back().push_back(candidate);
      bytes += candidate.bytes();
    }
    return packed;
  }

  bool IsWorthIt(const std::vector<Candidate>& group) const {
    int64_t bytes = 0;
    bool must = options_.choice == FileChoice::kAll;
    bool any_too_large = false;
    for (const Candidate& candidate : group) {
      bytes += candidate.live_bytes;
      must = must || candidate.must;
      any_too_large = any_too_large || candidate.bytes() > sizes_.greatest;
    }
    if (must || any_too_large) {
      return true;
    }
    const bool gains =
        options_.strategy == CompactionStrategy::kSort || OutputCount(bytes) < std::ssize(group);
    return gains && group.size() > 1 &&
           (std::ssize(group) >= options_.min_input_files || bytes > sizes_.target);
  }

  FileGroup Group(const std::vector<Candidate>& packed, bool of_default_spec) const {
    FileGroup group{.of_default_spec = of_default_spec};
    for (const Candidate& candidate : packed) {
      group.bytes += candidate.bytes();
      group.delete_files += std::ssize(candidate.file.file().deletes);
      group.files.push_back(candidate.file);
      group.live_rows += candidate.live_rows;
      group.live_bytes += candidate.live_bytes;
      group.least_live_rows += candidate.least_live_rows;
      group.most_live_rows += candidate.most_live_rows;
    }
    group.expected_files = OutputCount(group.live_bytes);
    group.output_bytes = sizes_.target;
    if (of_default_spec) {
      // Rows tell better than bytes before they are encoded, and give files of equal size instead
      // of full ones and a small rest. Bytes only end a file whose rows are much larger.
      group.output_rows = group.live_rows / group.expected_files + 1;
      group.output_bytes = 2 * sizes_.greatest;
    }
    return group;
  }

  /// So that no file is smaller than it may be, where that is possible without one being too large.
  int64_t OutputCount(int64_t bytes) const {
    int64_t full = bytes / sizes_.target;
    int64_t rest = bytes % sizes_.target;
    if (full == 0 || rest == 0) {
      return std::max<int64_t>(full, 1);
    }
    const bool rest_fits = rest >= sizes_.least;
    const bool spreads = bytes / full <= sizes_.greatest;
    return !rest_fits && spreads ? full : full + 1;
  }

  const ScanPlan& scan_;
  const CompactionOptions& options_;
  const FileSizes& sizes_;
  const iceberg::SortOrder& order_;
  /// By partition; empty: other specs.
  std::map<std::string, std::vector<Candidate>> partitions_;
  int64_t unreadable_ = 0;
};

SnapshotScan ScanOf(const iceberg::TableMetadata& table, const std::string& branch) {
  return table.FindRef(branch) == nullptr ? SnapshotScan() : SnapshotScan{RefName{branch}};
}

}  // namespace

Result<CompactionPlan> CompactionPlan::Make(const ScanContext& context,
                                            const Table& table,
                                            const CompactionOptions& options) {
  ASSIGN_OR_RETURN(FileSizes sizes, ReadFileSizes(*table.metadata, options));
  ASSIGN_OR_RETURN(iceberg::SortOrder order, ReadSortOrder(*table.metadata, options));
  ASSIGN_OR_RETURN(ScanPlan scan,
                   ScanPlan::Begin({*table.files, context.manifests, context.pool}, table.metadata,
                                   {.scan = ScanOf(*table.metadata, options.branch),
                                    .filter = options.filter,
                                    .names = options.names,
                                    .schema = ScanSchema::kTable}));
  CompactionPlan plan{.scan = std::move(scan), .groups = {}, .unreadable_files = 0};
  Planner planner(plan.scan, options, sizes, order);
  RETURN_IF_ERROR(planner.Run());
  plan.groups = planner.Groups();
  plan.unreadable_files = planner.unreadable_files();
  return plan;
}

int64_t CompactionPlan::files() const {
  int64_t files = 0;
  for (const FileGroup& group : groups) {
    files += std::ssize(group.files);
  }
  return files;
}

int64_t CompactionPlan::bytes() const {
  int64_t bytes = 0;
  for (const FileGroup& group : groups) {
    bytes += group.bytes;
  }
  return bytes;
}

}  // namespace firn::table
