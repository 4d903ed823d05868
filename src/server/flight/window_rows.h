// WindowRows: every row of a table with a time in [start, end], both ends included; an end that is
// not given is open.
//
// Errors: kInvalidArgument for a column that is not there; those of table::TableScan.
// Thread-safety: one thread at a time. What the context names outlives the rows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/features/feature_rows.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::flight {

struct Window {
  /// A column of times or dates of the table.
  std::string timestamp;
  std::optional<TimestampUs> start;
  std::optional<TimestampUs> end;
};

/// `columns` in this order; none: all.
Result<std::unique_ptr<server_features::FeatureRows>> WindowRows(const table::ScanContext& context,
                                                                 table::Table table,
                                                                 std::vector<std::string> columns,
                                                                 const Window& window);

}  // namespace firn::flight
