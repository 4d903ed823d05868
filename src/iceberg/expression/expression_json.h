// Expressions as JSON: the filter of a scan plan or report and the residual of a task. Source: REST
// document, `Predicate`; Iceberg expressions specification, Appendix B; the reference
// implementation's parser, whose quirks are kept (operation names in any case and with `_` for `-`,
// `{"type":"literal","value":true}` for true).
//
// Reads both the present form (`child`, `left` and `right`, `apply`, typed literals) and the older
// one (`term` and `value`); writes the older one, which every client reads, except for references
// by field id, which it lacks. Of functions it knows the partition transforms.
//
// A bound expression is printed through `Unbind` (bind.h).
//
// Errors: kInvalidArgument for malformed input; kUnsupported for what the document allows and Firn
// does not evaluate (two columns compared, other functions); kPayloadTooLarge above a limit.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/expression/expression.h"

namespace firn::iceberg {

/// For the parser of a document that holds an expression: chains arrive nested.
inline constexpr size_t kMaxExpressionJsonDepth = 4096;

Result<Expression> ParseExpression(json::Element element);

void AppendExpression(const Expression& expression, JsonWriter& out);
std::string PrintExpression(const Expression& expression);

}  // namespace firn::iceberg
