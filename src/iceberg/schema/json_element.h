// Small steps that every JSON codec under iceberg/ takes.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/json_reader.h"

namespace firn::iceberg {

/// The element as compact JSON for an error message, cut after 256 bytes.
std::string Excerpt(json::Element element);

// By value, so that a range-for over them is safe. The element must be of the kind.
json::Array ItemsOf(json::Element array);
json::Object FieldsOf(json::Element object);

}  // namespace firn::iceberg
