// What a schema may hold in a format version.
//
// Errors: kInvalidArgument "Invalid schema for v2:\n- Invalid type for x: timestamp_ns is not
// supported until v3".
// Thread-safety: pure functions.
#pragma once

#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// Types and defaults that the format version does not know are errors; all are reported at once.
Status CheckFormatVersion(const Schema& schema, FormatVersion format_version);

}  // namespace firn::iceberg
