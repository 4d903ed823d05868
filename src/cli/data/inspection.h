// What `firn table history|snapshots|refs|files|partitions|diff` print of a table, each as a table
// for people or with --json as one array (diff: one object).
//
// Errors: kNotFound for a snapshot or ref that is not there; those of planning.
// Thread-safety: one thread.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/data/selection.h"
#include "cli/data/table_command.h"

namespace firn::cli {

/// When which snapshot became current.
Status PrintHistory(OpenTable& open, const TableArguments& arguments);
Status PrintSnapshots(OpenTable& open, const TableArguments& arguments);
Status PrintRefs(OpenTable& open, const TableArguments& arguments);

/// Data files in the order of the plan, then delete files.
Status PrintFiles(OpenTable& open, const TableArguments& arguments, const Selection& selection);
Status PrintPartitions(OpenTable& open,
                       const TableArguments& arguments,
                       const Selection& selection);

/// Two states of a table: branches, tags or snapshot ids.
struct DiffArguments {
  std::string from;
  std::string to;
};
/// Columns and files that came and went from one to the other.
Status PrintDiff(OpenTable& open, const TableArguments& arguments, const DiffArguments& diff);

}  // namespace firn::cli
