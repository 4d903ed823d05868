// Bind: an Expression meets a schema. Names and ids are resolved, constants converted to the type
// of the column (literal_conversion.h), and what can be decided without rows becomes true or false.
// Source: Iceberg specification, "Scan Planning"; the reference implementation's binding rules.
//
// Errors: kInvalidArgument naming the column: not in the schema, ambiguous, inside a list or map; a
// constant that the column's type is never compared with; an operation that its type does not have.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "iceberg/expression/bound_expression.h"
#include "iceberg/expression/expression.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// How names are found. kInsensitive takes the exact name where there is one, else the only one
/// that differs in the case of ASCII letters.
enum class NameCase : uint8_t { kSensitive, kInsensitive };

/// May hold not; evaluators rewrite it. Required columns are trusted to hold no nulls.
Result<BoundExpression> Bind(const Expression& expression, const Schema& schema, NameCase names);

/// The expression with columns by name and constants as JSON has them (a date becomes the text
/// `2026-01-31`): binding it again gives the same, and a client that knows the schema reads it.
Expression Unbind(const BoundExpression& expression);

}  // namespace firn::iceberg
