// Single values as JSON: column defaults. Specification: Appendix D, "JSON single-value
// serialization".
//
// Errors: kInvalidArgument "Cannot parse default as a int value: ...".
// Thread-safety: pure functions.
#pragma once

#include <optional>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// JSON null is nullopt.
Result<std::optional<Literal>> ParseLiteral(const Type& type, json::Element element);

/// `literal` is of `type`.
void AppendLiteral(const Type& type, const Literal& literal, JsonWriter& out);

}  // namespace firn::iceberg
