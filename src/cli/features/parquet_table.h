// ReadParquetTable: a Parquet file of the caller's, whole, as an Arrow table.
//
// Errors: kNotFound where there is no such file; kInvalidArgument where it is not Parquet.
// Thread-safety: any thread.
#pragma once

#include <memory>
#include <string>

#include <arrow/table.h>

#include "base/result.h"

namespace firn::cli {

Result<std::shared_ptr<arrow::Table>> ReadParquetTable(const std::string& path);

}  // namespace firn::cli
