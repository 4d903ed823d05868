// Single values and arrays: defaults, partition values and metadata columns become columns; values
// of partition columns become literals. Arrays have the types of schema/arrow_type.h.
//
// Errors: kInvalidArgument where a literal is not of the type. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <arrow/array.h>
#include <arrow/scalar.h>

#include "base/result.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

/// nullopt is null. A value of before a promotion (int for long, float for double, date for
/// timestamp) counts as the promoted one.
Result<std::shared_ptr<arrow::Scalar>> ScalarOf(const iceberg::Type& type,
                                                const std::optional<iceberg::Literal>& literal);

/// `rows` times the literal.
Result<std::shared_ptr<arrow::Array>> RepeatLiteral(const iceberg::Type& type,
                                                    const std::optional<iceberg::Literal>& literal,
                                                    int64_t rows);

/// The value of a row of an array of a primitive type; nullopt for null.
std::optional<iceberg::Literal> LiteralAt(const arrow::Array& array,
                                          const iceberg::Type& type,
                                          int64_t row);

}  // namespace firn::columnar
