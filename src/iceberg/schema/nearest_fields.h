// NearestFieldsHint: what a message about a column that is not there ends with.
//
// Thread-safety: a pure function.
#pragma once

#include <string>
#include <string_view>

#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// "; the nearest: a, b.c", full names of the schema's fields; empty where it has none.
std::string NearestFieldsHint(std::string_view name, const Schema& schema);

}  // namespace firn::iceberg
