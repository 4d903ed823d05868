// Constants of a filter text (expression_text.h).
#pragma once

#include <string_view>

#include "base/result.h"
#include "iceberg/expression/expression.h"
#include "iceberg/expression/text_lexer_internal.h"

namespace firn::iceberg {

/// `digits` has no sign; `sign` is "-" or "". A number that neither a long nor a double holds as
/// written becomes a decimal.
Result<Constant> NumberConstant(std::string_view sign, const Token& digits);

/// `date '2026-01-31'`: `type` as in metadata, `value` as JSON has values of the type.
Result<Constant> TypedConstant(std::string_view type, const Token& value);

}  // namespace firn::iceberg
