// JoinRows: batches become one. Errors: kInternal. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::columnar {

/// The texts of a column in one array are at most so many bytes.
inline constexpr int64_t kMaxJoinedBytes = std::numeric_limits<int32_t>::max();

/// At least one, of one schema, of kMaxJoinedBytes together; copied where there are several.
Result<std::shared_ptr<arrow::RecordBatch>> JoinRows(const arrow::RecordBatchVector& batches,
                                                     arrow::MemoryPool* memory);

}  // namespace firn::columnar
