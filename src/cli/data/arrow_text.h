// Values of Arrow arrays as text: as JSON, and plainly for tables and CSV. Forms are those of
// Iceberg's JSON single-value serialisation (specification, Appendix D): dates and times as
// ISO-8601, decimals and UUIDs as text, bytes in hexadecimal; maps with texts as keys are objects,
// others lists of pairs. NaN and infinities are null in JSON, `nan` and `inf` plainly. Nested
// values are JSON in both.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include <arrow/array.h>

#include "base/json_writer.h"

namespace firn::cli {

void AppendJsonValue(const arrow::Array& array, int64_t row, JsonWriter& out);

/// Empty for null.
std::string PlainText(const arrow::Array& array, int64_t row);

/// True where values are numbers: tables align them to the right.
bool IsNumber(const arrow::DataType& type);

}  // namespace firn::cli
