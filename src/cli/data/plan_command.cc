// firn plan: what a scan reads, and what it leaves out and why, as a tree; or its tasks.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/commands.h"
#include "cli/data/figures.h"
#include "cli/data/partition_text.h"
#include "cli/data/plan_tasks.h"
#include "cli/data/selection.h"
#include "cli/data/table_command.h"
#include "cli/data/task_flags.h"
#include "cli/data/tree.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_json.h"
#include "iceberg/expression/expression_text.h"

namespace firn::cli {
namespace {

constexpr int64_t kShownFiles = 20;
/// --tasks without a size.
constexpr const char* kTableSize = "read.split.target-size";

struct PlanFlags {
  Selection selection;
  int64_t files = kShownFiles;
  /// A size, or kTableSize; nullopt: no tasks.
  std::optional<std::string> tasks;
  table::TaskSizeOptions sizes;
};

/// A data file of the plan, as it is shown.
struct PlannedFile {
  std::string path;
  std::string partition;
  int64_t rows = 0;
  int64_t bytes = 0;
  int64_t deletes = 0;
  iceberg::Expression residual = iceberg::Expression::True();
};

/// The whole plan, of its files the first ones.
struct PlanSummary {
  table::PlanCounts counts;
  int64_t direct_files = 0;
  int64_t merged_files = 0;
  std::vector<PlannedFile> files;
};

PlannedFile FileOf(const table::ScanPlan& plan,
                   const table::ManifestTasks& tasks,
                   const table::FileTask& task) {
  const iceberg::ManifestColumns& manifest = *tasks.manifest;
  return {.path = std::string(manifest.paths[task.row]),
          .partition = PartitionText(plan.table(), manifest.spec_id,
                                     manifest.partitions[manifest.partition_ids[task.row]]),
          .rows = manifest.record_counts[task.row],
          .bytes = manifest.file_sizes_bytes[task.row],
          .deletes = static_cast<int64_t>(task.deletes.size()),
          .residual = iceberg::Unbind(plan.ResidualOf(tasks, task))};
}

Result<PlanSummary> Summarise(const table::ScanPlan& plan, int64_t max_files) {
  PlanSummary summary{.counts = plan.counts()};
  RETURN_IF_ERROR(plan.ForEachManifest(
      0, plan.manifest_count(), {}, [&](const table::ManifestTasks& tasks) -> Status {
        summary.counts += tasks.counts;
        for (const table::FileTask& task : tasks.files) {
          ++(task.deletes.empty() ? summary.direct_files : summary.merged_files);
          if (std::cmp_less(summary.files.size(), max_files)) {
            summary.files.push_back(FileOf(plan, tasks, task));
          }
        }
        return {};
      }));
  return summary;
}

std::string SnapshotText(const table::ScanPlan& plan) {
  const iceberg::Snapshot* snapshot = plan.snapshot();
  return snapshot == nullptr
             ? "no snapshot"
             : fmt::format("snapshot {} of {}", snapshot->id.value(), Time(snapshot->timestamp));
}

std::string FileText(const PlannedFile& file) {
  std::string text =
      fmt::format("{}  {}, {}", file.path, Counted(file.rows, "row"), Bytes(file.bytes));
  text += file.partition.empty() ? "" : ", " + file.partition;
  text += file.deletes == 0 ? ", direct"
                            : fmt::format(", merged with {}", Counted(file.deletes, "delete file"));
  if (!file.residual.is_true()) {
    text += ", rows where " + iceberg::ToString(file.residual);
  }
  return text;
}

std::string TitleOf(const std::string& name,
                    const std::string& where,
                    const table::ScanPlan& plan) {
  return fmt::format("{}: {}{}", name, SnapshotText(plan), where.empty() ? "" : ", where " + where);
}

void PrintTree(const std::string& title, const PlanSummary& summary) {
  const table::PlanCounts& counts = summary.counts;
  Tree tree;
  tree.Root(title);
  tree.Branch(fmt::format("data manifests: {} read of {}", Count(counts.scanned_data_manifests),
                          Count(counts.total_data_manifests)));
  tree.Leaf(fmt::format("{} skipped: no partition matches, or no file lives",
                        Count(counts.skipped_data_manifests)),
            true);
  tree.Branch(fmt::format("delete manifests: {} read of {}", Count(counts.scanned_delete_manifests),
                          Count(counts.total_delete_manifests)));
  tree.Leaf(fmt::format("{}: {} of positions, {} of values, {}",
                        Counted(counts.indexed_delete_files, "delete file"),
                        Count(counts.positional_delete_files), Count(counts.equality_delete_files),
                        Counted(counts.deletion_vectors, "deletion vector")),
            false);
  tree.Leaf(fmt::format("{} skipped", Counted(counts.skipped_delete_files, "delete file")), true);
  tree.Branch(fmt::format("data files: {}, {}, {}", Count(counts.result_data_files),
                          Counted(counts.result_rows, "row"), Bytes(counts.total_file_size_bytes)));
  tree.Leaf(fmt::format("{} skipped by partition", Count(counts.skipped_by_partition)), false);
  tree.Leaf(fmt::format("{} skipped by bounds and counts", Count(counts.skipped_by_metrics)),
            false);
  tree.Leaf(fmt::format("{} read directly, {} merged with deletes", Count(summary.direct_files),
                        Count(summary.merged_files)),
            true);
  int64_t more = counts.result_data_files - static_cast<int64_t>(summary.files.size());
  tree.LastBranch(counts.result_data_files == 0 ? "no file" : "files");
  for (size_t i = 0; i < summary.files.size(); ++i) {
    tree.LastLeaf(FileText(summary.files[i]), more == 0 && i + 1 == summary.files.size());
  }
  if (more > 0 && !summary.files.empty()) {
    tree.LastLeaf(
        fmt::format("and {} (--files {})", Counted(more, "more file"), counts.result_data_files),
        true);
  }
}

void AppendFile(const PlannedFile& file, JsonWriter& out) {
  out.BeginObject()
      .Field("path", file.path)
      .Field("partition", file.partition)
      .Field("rows", file.rows)
      .Field("bytes", file.bytes)
      .Field("delete-files", file.deletes)
      .Key("residual");
  iceberg::AppendExpression(file.residual, out);
  out.EndObject();
}

void PrintJson(const table::ScanPlan& plan, const PlanSummary& summary) {
  const table::PlanCounts& counts = summary.counts;
  std::string text;
  JsonWriter out(text);
  out.BeginObject().Key("snapshot-id");
  if (plan.snapshot() == nullptr) {
    out.Null();
  } else {
    out.Int(plan.snapshot()->id.value());
  }
  out.Field("total-data-manifests", counts.total_data_manifests)
      .Field("scanned-data-manifests", counts.scanned_data_manifests)
      .Field("skipped-data-manifests", counts.skipped_data_manifests)
      .Field("total-delete-manifests", counts.total_delete_manifests)
      .Field("scanned-delete-manifests", counts.scanned_delete_manifests)
      .Field("skipped-delete-manifests", counts.skipped_delete_manifests)
      .Field("skipped-by-partition", counts.skipped_by_partition)
      .Field("skipped-by-metrics", counts.skipped_by_metrics)
      .Field("data-files", counts.result_data_files)
      .Field("rows", counts.result_rows)
      .Field("bytes", counts.total_file_size_bytes)
      .Field("direct-files", summary.direct_files)
      .Field("merged-files", summary.merged_files)
      .Field("skipped-delete-files", counts.skipped_delete_files)
      .Field("indexed-delete-files", counts.indexed_delete_files)
      .Field("equality-delete-files", counts.equality_delete_files)
      .Field("position-delete-files", counts.positional_delete_files)
      .Field("deletion-vectors", counts.deletion_vectors)
      .Key("files")
      .BeginArray();
  for (const PlannedFile& file : summary.files) {
    AppendFile(file, out);
  }
  out.EndArray().EndObject();
  fmt::print("{}\n", text);
}

size_t ShownFilesOf(const PlanFlags& flags) {
  return static_cast<size_t>(std::max<int64_t>(flags.files, 0));
}

Result<table::TaskSizes> SizesOf(const iceberg::TableMetadata& table, const PlanFlags& flags) {
  table::TaskSizeOptions sizes = flags.sizes;
  if (*flags.tasks != kTableSize) {
    ASSIGN_OR_RETURN(sizes.target_bytes, ReadSize(*flags.tasks));
  }
  return table::ReadTaskSizes(table, sizes);
}

Status Plan(OpenTable& open, const TableArguments& arguments, const PlanFlags& flags) {
  ASSIGN_OR_RETURN(table::ScanRequest request, RequestOf(flags.selection));
  if (flags.tasks) {
    RETURN_IF_ERROR(PinState(open.metadata(), request));
  }
  ASSIGN_OR_RETURN(table::ScanPlan plan,
                   table::ScanPlan::Begin(open.plan_context(), open.table().metadata, request));
  const std::string title = TitleOf(arguments.name, flags.selection.where, plan);
  if (flags.tasks) {
    TaskListing listing{.title = title, .files = ShownFilesOf(flags), .json = arguments.json};
    ASSIGN_OR_RETURN(listing.sizes, SizesOf(open.metadata(), flags));
    return PrintTasks(plan, listing);
  }
  ASSIGN_OR_RETURN(PlanSummary summary, Summarise(plan, flags.files));
  if (arguments.json) {
    PrintJson(plan, summary);
  } else {
    PrintTree(title, summary);
  }
  return {};
}

void AddFlags(CLI::App& app, PlanFlags& flags) {
  AddSelectionFlags(app, flags.selection);
  app.add_option("--files", flags.files, "Files listed at most; with --tasks, of each task")
      ->capture_default_str();
  auto* tasks = app.add_option("--tasks", flags.tasks,
                               "Print the tasks, of about so many bytes each, in which several "
                               "processes read the rows (firn scan --task)")
                    ->expected(0, 1)
                    ->type_name("[SIZE]")
                    ->default_str(kTableSize);
  for (CLI::Option* option : AddPackingFlags(app, flags.sizes)) {
    option->needs(tasks);
  }
}

}  // namespace

void AddPlan(CLI::App& app, Chosen& chosen) {
  AddTableCommandWith<PlanFlags>(app, chosen,
                                 {"plan", "Print which files a scan reads, and why not the others"},
                                 Plan, AddFlags);
}

}  // namespace firn::cli
