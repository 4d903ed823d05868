#include "table/compact/compaction.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "iceberg/metadata/table_properties.h"
#include "table/commit/operations.h"
#include "table/compact/compaction_plan.h"
#include "table/compact/foretold_files.h"
#include "table/compact/group_rewriter.h"
#include "table/maintain/dangling_deletes.h"
#include "table/maintain/named_files.h"
#include "table/maintain/rehearsal.h"
#include "table/write/commit_files.h"
#include "table/write/row_removal.h"

namespace firn::table {
namespace {

constexpr int32_t kManifestBytesDefault = 8 << 20;

/// The groups that one commit holds.
struct Part {
  size_t begin = 0;
  size_t end = 0;
};

/// The new files of a group, by its number in the plan.
using NewFilesOf = std::function<Result<std::vector<iceberg::DataFile>>(size_t)>;

class Compaction {
 public:
  Compaction(const CompactionContext& context,
             const Table& table,
             const CompactionOptions& options,
             const CompactionPlan& plan,
             const NewFilesOf& new_files)
      : context_(context), table_(table), options_(options), plan_(plan), new_files_(new_files) {}

  Status Run(CompactionReport& report) {
    const size_t parts = std::min(static_cast<size_t>(options_.max_commits), plan_.groups.size());
    for (size_t part = 0; part < parts; ++part) {
      Part groups{plan_.groups.size() * part / parts, plan_.groups.size() * (part + 1) / parts};
      Status done = RunPart(groups, report);
      if (done.has_value()) {
        continue;
      }
      const bool unknown = done.error().code() == ErrorCode::kCommitStateUnknown;
      report.failed_groups += static_cast<int64_t>(groups.end - groups.begin);
      report.last_failure = TakeError(std::move(done));
      if (parts == 1 || unknown) {
        break;  // What an unknown commit holds is not to be built upon.
      }
    }
    return report.commits == 0 && report.last_failure.has_value() ? Status(*report.last_failure)
                                                                  : Status();
  }

 private:
  Status RunPart(const Part& part, CompactionReport& report) {
    const size_t count = part.end - part.begin;
    std::vector<std::vector<iceberg::DataFile>> written(count);
    StoredFiles stored(*table_.files);
    std::mutex mutex;
    auto rewrite = [&](size_t i) -> Status {
      const size_t number = part.begin + i;
      {
        std::scoped_lock lock(mutex);
        RETURN_IF_ERROR(context_.maintenance.MayGoOn());
      }
      ASSIGN_OR_RETURN(written[i], new_files_(number));
      std::scoped_lock lock(mutex);
      stored.Add(written[i], table_.metadata->default_spec_id);
      context_.maintenance.Tell(MaintenancePhase::kRewriting, ++done_, std::ssize(plan_.groups));
      return {};
    };
    RETURN_IF_ERROR(ParallelFor(context_.scan.pool, count,
                                std::max<size_t>(options_.groups_at_once, 1), rewrite));
    return Commit(part, stored, report);
  }

  Status Commit(const Part& part, StoredFiles& stored, CompactionReport& report) {
    RETURN_IF_ERROR(context_.maintenance.MayGoOn());
    CompactionReport counted;
    Rewritten files{.added = stored.Release(), .removed_data = {}, .removed_deletes = {}};
    if (options_.age == RewrittenAge::kOfSnapshotRead && table_.metadata->format_version > 1) {
      for (AddedFile& added : files.added) {
        added.sequence_number = plan_.scan.snapshot()->sequence_number;
      }
    }
    for (const AddedFile& added : files.added) {
      ++counted.added_files;
      counted.added_bytes += added.file.file_size_bytes;
    }
    for (size_t i = part.begin; i < part.end; ++i) {
      const FileGroup& group = plan_.groups[i];
      counted.moved_groups += group.of_default_spec ? 0 : 1;
      counted.rewritten_files += std::ssize(group.files);
      counted.rewritten_bytes += group.bytes;
      counted.applied_deletes += group.delete_files;
      for (const ScanFile& file : group.files) {
        const iceberg::ManifestColumns& columns = *file.tasks->manifest;
        files.removed_data.push_back({std::string(columns.paths[file.file().row]), std::nullopt});
      }
    }
    context_.maintenance.Tell(MaintenancePhase::kCommitting, report.commits, 0);
    ASSIGN_OR_RETURN(report.table, CommitFiles(context_.maintenance.catalog, report.table,
                                               ChangeOf(std::move(files), counted.moved_groups > 0),
                                               {.target = {.branch = options_.branch}},
                                               context_.maintenance.tools));
    ++report.commits;
    report.groups += static_cast<int64_t>(part.end - part.begin);
    report.moved_groups += counted.moved_groups;
    report.added_files += counted.added_files;
    report.added_bytes += counted.added_bytes;
    report.rewritten_files += counted.rewritten_files;
    report.rewritten_bytes += counted.rewritten_bytes;
    report.applied_deletes += counted.applied_deletes;
    return {};
  }

  /// Rows that move to another spec leave the equality deletes of their old partitions behind, and
  /// come under those of the new ones: with either come meanwhile they would not be the same rows.
  SnapshotChange ChangeOf(Rewritten files, bool moves) const {
    std::vector<PartitionOf> partitions;
    partitions.reserve(files.added.size());
    for (const AddedFile& added : files.added) {
      partitions.push_back({added.spec_id, added.file.partition});
    }
    SnapshotChange change = Rewrite(std::move(files), {.snapshot = plan_.scan.snapshot()->id});
    if (moves) {
      change.checks.allow_equality_deletes_of_removed = false;
      change.checks.refuse_new_deletes = true;
      change.checks.filter = MatchPartitions(partitions);
    }
    return change;
  }

  const CompactionContext& context_;
  const Table& table_;
  const CompactionOptions& options_;
  const CompactionPlan& plan_;
  const NewFilesOf& new_files_;
  /// Groups.
  int64_t done_ = 0;
};

/// Not a failure of the compaction, which is done.
void CleanUp(const CompactionContext& context,
             const CompactionOptions& options,
             CompactionReport& report) {
  auto removed = RemoveDanglingDeletes(context.maintenance, report.table,
                                       {.mode = RunMode::kRun, .branch = options.branch});
  if (removed.has_value()) {
    report.dangling_deletes = removed->removed();
    report.table = std::move(removed->table);
  } else {
    report.last_failure = TakeError(std::move(removed));
  }
}

/// Commits the groups and cleans up after them.
Status Carry(const CompactionContext& context,
             const Table& table,
             const CompactionOptions& options,
             const CompactionPlan& plan,
             const NewFilesOf& new_files,
             CompactionReport& report) {
  report.table = table;
  RETURN_IF_ERROR(Compaction(context, table, options, plan, new_files).Run(report));
  const bool unknown = report.last_failure.has_value() &&
                       report.last_failure->code() == ErrorCode::kCommitStateUnknown;
  if (report.commits > 0 && !unknown && options.dangling == DanglingDeletes::kRemove) {
    CleanUp(context, options, report);
  }
  if (report.commits > 0) {
    ASSIGN_OR_RETURN(report.after,
                     MeasureBranch(context.maintenance, report.table, options.branch));
  }
  return {};
}

Status Run(const CompactionContext& context,
           const Table& table,
           const CompactionOptions& options,
           const CompactionPlan& plan,
           CompactionReport& report) {
  ASSIGN_OR_RETURN(auto rewriter, GroupRewriter::Make(context.scan, table, plan, options));
  return Carry(
      context, table, options, plan,
      [&](size_t number) { return rewriter->Rewrite(plan.groups[number], number); }, report);
}

/// The run with files that are foretold.
Status Foretell(const CompactionContext& context,
                const Table& table,
                const CompactionOptions& options,
                const CompactionPlan& plan,
                CompactionReport& report) {
  Rehearsal rehearsal(table, context.maintenance.tools.clock);
  const MaintenanceContext maintenance = context.maintenance.On(rehearsal);
  RETURN_IF_ERROR(Carry(
      {maintenance, context.scan}, rehearsal.Current(), options, plan,
      [&](size_t number) -> Result<std::vector<iceberg::DataFile>> {
        return ForetellFiles(plan.groups[number], *table.metadata, number);
      },
      report));
  report.table = table;
  report.bytes_known = false;
  report.files_known = std::ranges::all_of(plan.groups, OutputsAreKnown);
  // Which manifests are merged is a matter of their size, and that one of what is in the files.
  ASSIGN_OR_RETURN(const int64_t target, iceberg::IntProperty(*table.metadata->properties,
                                                              "commit.manifest.target-size-bytes",
                                                              kManifestBytesDefault));
  report.manifests_known = report.files_known && report.after.manifest_bytes < target / 2;
  return {};
}

}  // namespace

Result<CompactionReport> Compact(const CompactionContext& context,
                                 const Table& table,
                                 const CompactionOptions& options) {
  CompactionReport report{.table = table};
  ASSIGN_OR_RETURN(CompactionPlan plan, CompactionPlan::Make(context.scan, table, options));
  ASSIGN_OR_RETURN(report.before, MeasureBranch(context.maintenance, table, options.branch));
  report.after = report.before;
  report.unreadable_files = plan.unreadable_files;
  if (!plan.groups.empty()) {
    RETURN_IF_ERROR(options.mode == RunMode::kRun
                        ? Run(context, table, options, plan, report)
                        : Foretell(context, table, options, plan, report));
  }
  return report;
}

}  // namespace firn::table
