// Columns of an entity frame as keys and times are read from them: whole, and the values themselves
// where a dictionary encodes them (categories of data frames): texts and bytes as large ones, which
// have room for any number of rows. The answer keeps the columns as they came.
//
// Errors: kPayloadTooLarge for what fits no array. Thread-safety: pure functions.
#pragma once

#include <memory>

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/type.h>

#include "base/result.h"

namespace firn::features {

/// The type of the values.
const arrow::DataType& PlainTypeOf(const arrow::DataType& type);

/// All values, of a type that is compared as what PlainTypeOf says.
Result<std::shared_ptr<arrow::Array>> PlainColumn(const arrow::ChunkedArray& column);

}  // namespace firn::features
