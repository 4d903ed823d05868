// ScanShape: what the rows of a scan look like, from the table's metadata alone: everything of a
// request that can be wrong without reading a file is told here.
//
// Errors: kInvalidArgument for columns, filter or limit that do not fit; kNotFound for a snapshot
// or schema.
// Thread-safety: pure functions.
#pragma once

#include <memory>

#include <arrow/type.h>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/schema.h"
#include "table/plan/snapshot_selection.h"
#include "table/scan/table_scan.h"

namespace firn::table {

struct ScanShape {
  /// Of the batches that TableScan gives.
  std::shared_ptr<arrow::Schema> rows;
  /// That columns and filter are named by.
  iceberg::Schema table;
};

/// `request` reads a snapshot.
Result<ScanShape> ShapeOf(const iceberg::TableMetadata& table, const TableScanRequest& request);

}  // namespace firn::table
