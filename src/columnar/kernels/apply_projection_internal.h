// What Projection::Apply does to one column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/array.h>

#include "base/result.h"
#include "columnar/kernels/projection.h"

namespace firn::columnar {

/// `source` is null for constants, which have `rows` rows.
Result<std::shared_ptr<arrow::Array>> ApplyNode(const Projection::Node& node,
                                                const std::shared_ptr<arrow::Array>& source,
                                                int64_t rows);

/// kInvalidArgument where a required field, at any depth, is null in a place that is not.
Status CheckRequired(const iceberg::NestedField& field,
                     const arrow::Array& array,
                     const std::string& path);

/// The same values, where required fields have no nulls of their own: those below a null struct,
/// which Arrow's Parquet writer takes for errors, are gone. CheckRequired holds for the array.
std::shared_ptr<arrow::Array> WithoutImpliedNulls(const iceberg::NestedField& field,
                                                  const std::shared_ptr<arrow::Array>& array);

}  // namespace firn::columnar
