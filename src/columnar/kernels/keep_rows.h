// KeepRows: the rows of a batch that a mask keeps, in their order: what reading with deletes or a
// filter hands out.
//
// Rows that follow each other are copied at once, so that few deletes cost little more than a copy.
// What is kept holds nothing of the batch, which may be a slice of a much larger one.
//
// Errors: kResourceExhausted out of memory. Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::columnar {

/// `mask` has a byte a row: 1 to keep it, else 0.
Result<std::shared_ptr<arrow::RecordBatch>> KeepRows(const arrow::RecordBatch& batch,
                                                     std::span<const uint8_t> mask,
                                                     arrow::MemoryPool* memory);

}  // namespace firn::columnar
