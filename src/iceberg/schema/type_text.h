// The text forms of types: what metadata JSON holds for types without fields ("decimal(9, 2)",
// "fixed[16]", "geography(srid:4326, karney)"), and the form of every type in messages.
// Specification: Appendix C.
//
// Errors: kInvalidArgument "Cannot parse type string to primitive: ...".
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// Any type without fields, variant included; upper and lower case alike.
Result<TypePtr> ParseTypeName(std::string_view text);

/// The form ParseTypeName reads; nested types as `struct<1: a: required int>`, `list<int>`,
/// `map<string, int>`.
std::string ToString(const Type& type);
/// `1: a: required int`, with ` (doc)` where there is one.
std::string ToString(const NestedField& field);

}  // namespace firn::iceberg
