// FeatureOutput: a column of the answer, filled in any order: values of feature rows are put at
// entity rows, whatever gets none is null.
//
// Memory: the column; texts and nested values twice while it is finished. Values come out of the
// pool, eight to 24 bytes a row beside them do not.
// Errors: kResourceExhausted out of memory; kPayloadTooLarge where the texts of a chunk exceed 2
// GiB. Thread-safety: Put from many threads for different entity rows; Finish when all have ended.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <arrow/array.h>
#include <arrow/memory_pool.h>

#include "base/result.h"

namespace firn::features {

/// Value `from` of a batch becomes entity row `to`.
struct RowMove {
  uint32_t from = 0;
  uint32_t to = 0;
};

class FeatureOutput {
 public:
  virtual ~FeatureOutput() = default;

  static Result<std::unique_ptr<FeatureOutput>> Make(std::shared_ptr<arrow::DataType> type,
                                                     int64_t rows,
                                                     arrow::MemoryPool* memory);

  /// `moves` are ascending by `from`; `values` has the output's type.
  virtual Status Put(const std::shared_ptr<arrow::Array>& values,
                     std::span<const RowMove> moves) = 0;
  /// The whole column, in chunks.
  virtual Result<std::shared_ptr<arrow::ChunkedArray>> Finish() = 0;
};

}  // namespace firn::features
