// What changing a table's rows takes from outside.
#pragma once

#include "table/commit/commit_tools.h"
#include "table/scan/table_scan.h"
#include "table/table_store.h"

namespace firn::table {

/// All outlive the change.
struct ChangeContext {
  TableStore& catalog;
  const ScanContext& scan;
  const CommitTools& tools;
};

}  // namespace firn::table
