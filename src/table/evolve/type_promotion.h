// Which type a column may be given so that files written before stay readable. Source:
// specification, "Schema Evolution", "Valid primitive type promotions".
//
// Thread-safety: pure function.
#pragma once

#include "iceberg/schema/type.h"

namespace firn::table {

/// True also where the types are equal. `format_version`: date and unknown are promoted from v3 on.
bool CanPromote(const iceberg::Type& from,
                const iceberg::Type& to,
                iceberg::FormatVersion format_version);

}  // namespace firn::table
