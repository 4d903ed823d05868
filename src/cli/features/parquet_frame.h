// OpenParquetFrame: a Parquet file of the caller's as a stream of batches, never whole in memory.
//
// Errors of opening: kNotFound where there is no such file; kInvalidArgument where it is not
// Parquet. Thread-safety: one thread at a time.
#pragma once

#include <memory>
#include <string>

#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::cli {

Result<std::shared_ptr<arrow::RecordBatchReader>> OpenParquetFrame(const std::string& path);

}  // namespace firn::cli
