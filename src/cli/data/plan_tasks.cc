#include "cli/data/plan_tasks.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/figures.h"
#include "cli/data/tree.h"

namespace firn::cli {
namespace {

using table::FileSpan;
using table::ScanTask;
using table::TaskPart;

/// A task as it is shown: of its parts the first ones.
struct ShownTask {
  ScanTask task;
  size_t more = 0;
};

Result<std::vector<ShownTask>> TasksOf(const table::ScanPlan& plan, const TaskListing& listing) {
  std::vector<ShownTask> tasks;
  RETURN_IF_ERROR(table::PackTasks(plan, listing.sizes, [&](ScanTask task) -> Status {
    const size_t parts = task.parts.size();
    task.parts.resize(std::min(parts, listing.files));
    tasks.push_back({.task = std::move(task), .more = parts - std::min(parts, listing.files)});
    return {};
  }));
  return tasks;
}

std::string DeletesText(int64_t files) {
  return files == 0 ? "" : ", " + Counted(files, "delete file");
}

std::string TaskText(const ScanTask& task, size_t count) {
  return fmt::format("task {}/{}: {}, {}, about {}{}", task.number, count,
                     Counted(task.files, "file"), Bytes(task.bytes), Counted(task.rows, "row"),
                     DeletesText(task.delete_files));
}

std::string PartText(const TaskPart& part) {
  const bool to_end = part.span.end == FileSpan().end;
  std::string span = part.span == FileSpan() ? ""
                     : to_end                ? fmt::format(" from byte {}", part.span.begin)
                              : fmt::format(" from byte {} to {}", part.span.begin, part.span.end);
  return fmt::format("{}{}  {}, about {}{}", part.path, span, Bytes(part.bytes),
                     Counted(part.rows, "row"), DeletesText(part.delete_files));
}

/// The leaves of one branch.
std::vector<std::string> LeavesOf(const ShownTask& shown) {
  std::vector<std::string> leaves;
  for (const TaskPart& part : shown.task.parts) {
    leaves.push_back(PartText(part));
  }
  if (shown.more > 0) {
    leaves.push_back(fmt::format("and {} more (--files {})",
                                 Count(static_cast<int64_t>(shown.more)),
                                 shown.task.parts.size() + shown.more));
  }
  return leaves;
}

void PrintTree(const std::vector<ShownTask>& tasks, const TaskListing& listing) {
  Tree tree;
  tree.Root(listing.title);
  const std::string sizes =
      fmt::format("{} of {}: lookback {}, a file counts as {} at least",
                  Counted(std::ssize(tasks), "task"), Bytes(listing.sizes.target_bytes),
                  listing.sizes.lookback, Bytes(listing.sizes.open_file_bytes));
  if (tasks.empty()) {
    tree.LastBranch(sizes);
    return;
  }
  tree.Branch(sizes);
  for (size_t i = 0; i < tasks.size(); ++i) {
    const bool last_task = i + 1 == tasks.size();
    const std::string text = TaskText(tasks[i].task, tasks.size());
    last_task ? tree.LastBranch(text) : tree.Branch(text);
    const std::vector<std::string> leaves = LeavesOf(tasks[i]);
    for (size_t leaf = 0; leaf < leaves.size(); ++leaf) {
      const bool last = leaf + 1 == leaves.size();
      last_task ? tree.LastLeaf(leaves[leaf], last) : tree.Leaf(leaves[leaf], last);
    }
  }
}

void AppendPart(const TaskPart& part, JsonWriter& out) {
  out.BeginObject().Field("path", part.path).Field("begin", part.span.begin).Key("end");
  if (part.span.end == FileSpan().end) {
    out.Null();
  } else {
    out.Int(part.span.end);
  }
  out.Field("bytes", part.bytes)
      .Field("rows", part.rows)
      .Field("delete-files", part.delete_files)
      .EndObject();
}

void PrintJson(const table::ScanPlan& plan,
               const std::vector<ShownTask>& tasks,
               const TaskListing& listing) {
  std::string text;
  JsonWriter out(text);
  out.BeginObject().Key("snapshot-id");
  if (plan.snapshot() == nullptr) {
    out.Null();
  } else {
    out.Int(plan.snapshot()->id.value());
  }
  out.Field("task-size", listing.sizes.target_bytes)
      .Field("task-lookback", listing.sizes.lookback)
      .Field("task-open-cost", listing.sizes.open_file_bytes)
      .Key("tasks")
      .BeginArray();
  for (const ShownTask& shown : tasks) {
    const ScanTask& task = shown.task;
    out.BeginObject()
        .Field("task", fmt::format("{}/{}", task.number, tasks.size()))
        .Field("data-files", task.files)
        .Field("bytes", task.bytes)
        .Field("rows", task.rows)
        .Field("delete-files", task.delete_files)
        .Key("files")
        .BeginArray();
    for (const TaskPart& part : task.parts) {
      AppendPart(part, out);
    }
    out.EndArray().EndObject();
  }
  out.EndArray().EndObject();
  fmt::print("{}\n", text);
}

}  // namespace

Status PrintTasks(const table::ScanPlan& plan, const TaskListing& listing) {
  ASSIGN_OR_RETURN(const std::vector<ShownTask> tasks, TasksOf(plan, listing));
  if (listing.json) {
    PrintJson(plan, tasks, listing);
  } else {
    PrintTree(tasks, listing);
  }
  return {};
}

}  // namespace firn::cli
