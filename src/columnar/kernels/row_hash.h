// Rows by the values of some columns: hashes a column at a time, and equality of two rows. What
// equality deletes and partition tuples are found by. Null equals null, NaN equals NaN, and -0.0
// is not 0.0, as the reference implementation compares.
//
// Columns are leaves of the types of schema/arrow_type.h. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>

namespace firn::columnar {

/// A hash of each of `rows` rows over all columns, in order. Every column has `rows` values.
std::vector<uint64_t> HashRows(std::span<const std::shared_ptr<arrow::Array>> columns,
                               int64_t rows);

/// Of two arrays of one type.
bool SameValue(const arrow::Array& a, int64_t row_a, const arrow::Array& b, int64_t row_b);

/// Of two rows with the same columns.
bool SameRow(std::span<const std::shared_ptr<arrow::Array>> a,
             int64_t row_a,
             std::span<const std::shared_ptr<arrow::Array>> b,
             int64_t row_b);

}  // namespace firn::columnar
