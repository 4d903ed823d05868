// Columns of batches by field id, through structs.
//
// Thread-safety: pure functions.
#pragma once

#include <memory>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::columnar {

/// Indices through structs to the field; empty where it is not there or lies in a list or map.
std::vector<int> PathTo(const arrow::FieldVector& fields, iceberg::FieldId id);

/// The column at a path, null where a struct above it is.
Result<std::shared_ptr<arrow::Array>> ColumnAt(const arrow::RecordBatch& batch,
                                               const std::vector<int>& path);

}  // namespace firn::columnar
