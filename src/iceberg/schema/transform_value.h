// Applying transforms to values: partition values, and the bucket hash. Specification: "Partition
// Transforms" and Appendix B.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/transform.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// The transformed value; nullopt (null) from void. kInvalidArgument where the transform does not
/// take the type or is unknown, or where its result is out of range (hours past the year 246,000).
Result<std::optional<Literal>> ApplyTransform(const Transform& transform,
                                              const Type& source,
                                              const Literal& value);

/// The signed 32-bit hash of the specification's Appendix B; kInvalidArgument for types that cannot
/// be hashed.
Result<int32_t> BucketHash(const Type& type, const Literal& value);

}  // namespace firn::iceberg
