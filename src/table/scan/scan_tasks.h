// Scan tasks: the data files of a plan, large ones in spans, packed into tasks of about equal work,
// so that several processes read one table, each task once. Source: table properties
// `read.split.target-size`, `read.split.planning-lookback`, `read.split.open-file-cost`; packed as
// the reference implementation's planTasks does.
//
// A part weighs its bytes and those of its delete files, and at least the cost of opening them all.
// Files above the target are cut where their row groups begin; parts come in the plan's order and
// go into the first task with room; where more tasks are open than the lookback, the heaviest is
// done. Rows of a part are estimated: their share of the file's by bytes, deleted ones included.
//
// The same snapshot, filter and sizes give the same tasks in any process: so a task is named by its
// number (TaskChoice) and found again by planning again. Memory beside the plan's: the open tasks.
//
// Errors: kInvalidArgument naming the size that is not positive, or telling how many tasks there
// are; those of the plan. Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/plan/plan_counts.h"
#include "table/plan/scan_planner.h"
#include "table/scan/file_spans.h"

namespace firn::table {

/// What tasks are packed by; all positive.
struct TaskSizes {
  /// A task weighs no more, unless it is one part.
  int64_t target_bytes = int64_t{128} << 20;
  /// Tasks that are open at a time.
  int64_t lookback = 10;
  /// Of each data and delete file: it weighs no less.
  int64_t open_file_bytes = int64_t{4} << 20;

  friend bool operator==(const TaskSizes&, const TaskSizes&) = default;
};

/// More tasks are never open.
inline constexpr int64_t kMaxLookback = 10'000;

/// In the place of the table's properties.
struct TaskSizeOptions {
  std::optional<int64_t> target_bytes;
  std::optional<int64_t> lookback;
  std::optional<int64_t> open_file_bytes;
};

Result<TaskSizes> ReadTaskSizes(const iceberg::TableMetadata& table,
                                const TaskSizeOptions& options);

/// A data file, or a span of it.
struct TaskPart {
  /// Number among the plan's manifests, and the file's row in it.
  size_t manifest = 0;
  uint32_t row = 0;
  FileSpan span;
  std::string path;
  int64_t bytes = 0;
  int64_t rows = 0;
  int64_t delete_files = 0;
};

struct ScanTask {
  int64_t number = 0;
  /// In the plan's order; spans of a file that adjoin are one.
  std::vector<TaskPart> parts;
  int64_t weight = 0;

  // Sums over the parts. A file counts once, a delete file for every data file it touches.
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t rows = 0;
  int64_t delete_files = 0;
};

/// Gives each task to `visit`, in their order; an error of it ends it. Returns what manifests were
/// looked at and left out, beyond ScanPlan::counts.
Result<PlanCounts> PackTasks(const ScanPlan& plan,
                             const TaskSizes& sizes,
                             const std::function<Status(ScanTask)>& visit);

/// One task of a packing.
struct TaskChoice {
  TaskSizes sizes;
  /// From 0.
  int64_t number = 0;
  /// Of all tasks: another count means that it is not the packing that the number is of.
  int64_t count = 0;
};

struct FoundTask {
  ScanTask task;
  /// Of PackTasks.
  PlanCounts counts;
};

Result<FoundTask> FindTask(const ScanPlan& plan, const TaskChoice& choice);

}  // namespace firn::table
