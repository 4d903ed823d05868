// JSON that appears in an error message, cut where it is long.
//
// Thread-safety: pure function.
#pragma once

#include <string>

#include "base/json_reader.h"

namespace firn::iceberg {

/// The element as compact JSON, at most 256 bytes of it and whole UTF-8 characters.
std::string Excerpt(json::Element element);

}  // namespace firn::iceberg
