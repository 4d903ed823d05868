// Single values as bytes: bounds in manifests. Specification: Appendix D, "Binary single-value
// serialization".
//
// Errors: kInvalidArgument on a length the type cannot have.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// `literal` is of `type`, which is primitive.
std::string EncodeLiteral(const Type& type, const Literal& literal);

/// Also reads the shorter form a column had before it was promoted (int for long, float for
/// double).
Result<Literal> DecodeLiteral(const Type& type, std::string_view bytes);

}  // namespace firn::iceberg
