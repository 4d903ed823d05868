// Leaf values from the Arrow types that files and callers bring to the one of the Iceberg type
// (schema/arrow_type.h): promotions of schema evolution on reading, widenings of Arrow input on
// writing. Nested ones are projection.h's. Source: Iceberg specification, "Schema Evolution".
//
// Nanoseconds become microseconds, and dates with time of day dates, by flooring, before 1970 too.
// Errors: kInvalidArgument where a value does not fit (uint64 above the greatest long, a date that
// no timestamp holds). Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/array.h>
#include <arrow/type.h>

#include "base/result.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

enum class ConversionUse : uint8_t {
  kRead,   ///< A file's column: also zones that other writers gave or left out, unannotated texts.
  kWrite,  ///< A caller's column: only what keeps its meaning.
};

/// Whether values of `from` become values of the leaf type `to`.
bool CanConvert(const arrow::DataType& from, const iceberg::Type& to, ConversionUse use);

/// `to` is the Arrow type of a leaf type for which CanConvert holds. The same array where its type
/// is `to` already.
Result<std::shared_ptr<arrow::Array>> ConvertLeaf(const std::shared_ptr<arrow::Array>& array,
                                                  const std::shared_ptr<arrow::DataType>& to);

}  // namespace firn::columnar
