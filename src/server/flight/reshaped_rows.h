// ReshapedRows: rows of another kind with their columns chosen, renamed or converted.
//
// Errors: those of the rows and of the reshaping. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <memory>

#include <arrow/table.h>

#include "base/result.h"
#include "server/features/feature_rows.h"

namespace firn::flight {

/// A part of the rows as it should be; of one without rows it says the schema.
using Reshape = std::function<Result<std::shared_ptr<arrow::Table>>(const arrow::Table&)>;

std::unique_ptr<server_features::FeatureRows> ReshapedRows(
    std::unique_ptr<server_features::FeatureRows> rows, Reshape reshape);

}  // namespace firn::flight
