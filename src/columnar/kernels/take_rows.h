// TakeRows: rows of a batch by their numbers. Errors: kInternal. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::columnar {

/// In the order of `rows`, which are rows of the batch. Copied: nothing of the batch is held.
Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& batch,
    const std::vector<int64_t>& rows,
    arrow::MemoryPool* memory);

}  // namespace firn::columnar
