// Whether a column's dictionary would fill up. Parquet's writer begins every chunk with a
// dictionary and gives it up when it is full: of a column whose values hardly repeat the first
// pages then need a dictionary of that size, which whoever reads one of them fetches.
//
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/array.h>

namespace firn::columnar {

/// True where the distinct values of a column, as far as the rows of `sample` let guess them, do
/// not fit into a dictionary of `dictionary_bytes`. `sample` is a leaf; small ones say nothing.
bool OutgrowsDictionary(const std::shared_ptr<arrow::Array>& sample, int64_t dictionary_bytes);

}  // namespace firn::columnar
