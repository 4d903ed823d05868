// Walks a serialised 32-bit Roaring bitmap and checks all that a library takes for granted:
// Debian's CRoaring accepts most corrupted ones. Source: RoaringFormatSpec, "General layout".
//
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace firn::iceberg {

struct RoaringExtent {
  size_t bytes = 0;
  int64_t cardinality = 0;
};

/// How much of `bytes` the bitmap at its beginning takes, and how many values it has. Errors:
/// kInvalidMetadata, saying at which byte.
Result<RoaringExtent> CheckRoaring(std::string_view bytes);

}  // namespace firn::iceberg
