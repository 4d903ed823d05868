// Single values as bytes: bounds in manifests. Specification: Appendix D, "Binary single-value
// serialization".
//
// Errors: kInvalidArgument on a length the type cannot have, and on types without a binary form
// (unknown, variant, nested ones).
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// A primitive value; empty for a nested one.
std::string EncodeLiteral(const Literal& literal);

/// Also reads the shorter form a column had before it was promoted (int for long, float for double,
/// date for timestamp), and the cut bounds of fixed.
Result<Literal> DecodeLiteral(const Type& type, std::string_view bytes);

/// Two's complement, big-endian, as few bytes as hold the value.
std::string EncodeUnscaled(Int128 unscaled);

}  // namespace firn::iceberg
