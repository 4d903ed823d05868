// Tasks of a scan, as flags: how they are packed (`firn plan --tasks`), which one is read (`firn
// scan --task`).
//
// Errors: kInvalidArgument for a text that is none; of PinState those of SelectSnapshot.
// Thread-safety: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/plan/scan_planner.h"
#include "table/scan/scan_tasks.h"

namespace firn::cli {

/// --task-lookback and --task-open-cost. Writes to `sizes`, which outlives the parser. Returns
/// them.
std::vector<CLI::Option*> AddPackingFlags(CLI::App& app, table::TaskSizeOptions& sizes);

/// Sets what `request` is of by ids: the snapshot, and the schema by which that is read. Tasks that
/// are planned and those that are read are of one state then, whatever the table's is meanwhile.
Status PinState(const iceberg::TableMetadata& table, table::ScanRequest& request);

/// Bytes, as `64MiB` or a number.
Result<int64_t> ReadSize(const std::string& text);

struct TaskNumber {
  int64_t number = 0;
  int64_t count = 0;
};

/// `2/13`.
Result<TaskNumber> ReadTaskNumber(std::string_view text);

}  // namespace firn::cli
