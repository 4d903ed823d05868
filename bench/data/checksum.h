// Checksum: one number for the rows of batches in any order, so that what two programs read can be
// compared. rows.py computes the same.
//
// A value is 64 bits: whole numbers, dates and times as they are, flags 0 or 1, floats their bits,
// decimals the bits of the double, texts their CRC-32; a null is kNull. A row is its values mixed
// in the order of the columns; the checksum is the sum of the rows, modulo 2^64.
//
// Errors: kInvalidArgument for columns of other types. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>

#include <arrow/record_batch.h>

#include "base/result.h"

namespace firn::bench {

class Checksum {
 public:
  Status Add(const arrow::RecordBatch& batch);

  int64_t rows() const { return rows_; }
  uint64_t sum() const { return sum_; }

 private:
  int64_t rows_ = 0;
  uint64_t sum_ = 0;
};

}  // namespace firn::bench
