// The tasks of a scan, printed: as a tree, or as JSON.
//
// Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "table/plan/scan_planner.h"
#include "table/scan/scan_tasks.h"

namespace firn::cli {

struct TaskListing {
  /// Of the tree.
  std::string title;
  table::TaskSizes sizes;
  /// Listed of each task at most.
  size_t files = 0;
  bool json = false;
};

/// Errors: those of table::PackTasks.
Status PrintTasks(const table::ScanPlan& plan, const TaskListing& listing);

}  // namespace firn::cli
