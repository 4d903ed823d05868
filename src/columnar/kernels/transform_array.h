// Partition transforms over whole columns: what transform_value.h says of each value. Partitioned
// writers and filters on transformed columns use it. Source: Iceberg specification, "Partition
// Transforms".
//
// Errors: kInvalidArgument where the transform does not take the type or is unknown, and, with
// kRefuse, where a result is out of range (hours past the year 246,000).
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/array.h>

#include "base/result.h"
#include "iceberg/schema/transform.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

enum class OutOfRange : uint8_t { kRefuse, kNull };

/// `array` has the Arrow type of `source`, the result that of the transform's result type.
Result<std::shared_ptr<arrow::Array>> TransformArray(const iceberg::Transform& transform,
                                                     const iceberg::TypePtr& source,
                                                     const std::shared_ptr<arrow::Array>& array,
                                                     OutOfRange out_of_range);

}  // namespace firn::columnar
