// Expressions as text for the command line: SQL's WHERE, as far as Iceberg's expressions go.
//
//   price > 10 and day in ('2026-01-01', '2026-01-02')
//   not (name like 'abc%' or address.city is null)
//   bucket[16](id) = 3 or "a column" between -1.5 and 2e3
//
// - Names: letters, digits and `_`, dots between nested ones; anything else in double quotes or
//   backticks, which double inside. `#5` is the column with field id 5. Keywords in any case.
// - Constants: numbers, 'text' (with '' for a quote), true, false; the type of the column decides
//   what they mean, so a date is '2026-01-31'. `TYPE 'text'` states a type: `date '2026-01-31'`,
//   `decimal(9, 2) '1.50'`, `binary '0aff'`.
// - `= == <> != < <= > >=`, `is [not] null`, `is [not] nan`, `[not] in (...)`, `[not] between ...
// and
//   ...`, `[not] like 'text%'` with `\` before a `%`, `_` or `\` that is meant; and, or, not.
// - Transforms: year, month, day and hour of a column, `bucket[N]`, `truncate[W]`; also `bucket(N,
// x)`.
//
// `not` has two-valued logic: `not (price < 5)` takes rows whose price is null, `price >= 5` does
// not.
//
// Errors: kInvalidArgument with the position of the character; kPayloadTooLarge above a limit
// (also those of expression.h). Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/expression/expression.h"

namespace firn::iceberg {

inline constexpr size_t kMaxExpressionTextBytes = 1 << 20;

/// `text` is UTF-8.
Result<Expression> ParseExpressionText(std::string_view text);

/// The form that ParseExpressionText reads, giving an equal expression.
std::string ToString(const Expression& expression);
std::string ToString(const Constant& constant);

}  // namespace firn::iceberg
