// RowOutput: where the rows of a scan go: a table for people, CSV (RFC 4180), JSON lines, Parquet,
// or Arrow's IPC stream; to standard output or a file (output_file.h).
//
// Errors: kInvalidArgument for a format that is none, or that standard output cannot take;
// kIoError. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/result.h"

namespace firn::cli {

enum class RowFormat : uint8_t { kTable, kCsv, kJsonLines, kParquet, kArrow };

/// `table` (`txt`), `csv`, `jsonl` (`json`, `ndjson`), `parquet`, `arrow`.
Result<RowFormat> ReadRowFormat(std::string_view name);

/// `format` where it is not empty, else by the suffix of `file`, else a table.
Result<RowFormat> RowFormatOf(const std::string& format, const std::string& file);

class RowOutput {
 public:
  virtual ~RowOutput() = default;
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// After the last batch. Without it the file does not appear.
  virtual Status Finish() = 0;
};

/// Of values, before they are encoded.
inline constexpr int64_t kMaxRowGroupBytes = int64_t{128} << 20;

/// `file` empty: standard output. A row group of Parquet, held in memory until it is whole, has
/// about `row_group_bytes` of values or 2^20 rows, whichever comes first.
Result<std::unique_ptr<RowOutput>> OpenRowOutput(RowFormat format,
                                                 const std::string& file,
                                                 const std::shared_ptr<arrow::Schema>& schema,
                                                 int64_t row_group_bytes = kMaxRowGroupBytes);

}  // namespace firn::cli
