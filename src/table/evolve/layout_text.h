// Partition fields and sort columns as people write them:
//
//   region   day(ts)   bucket(16, id)   truncate(4, "a name")   day(ts) as event_day
//   ts   ts desc   bucket(16, id) asc nulls last
//
// - Columns by full name; one with blanks, commas, brackets or quotes in double quotes, doubled
//   inside. Transforms and the words behind them in any case; `days(ts)` is `day(ts)`, so for
//   years, months and hours; `identity(x)` is `x`.
// - Without a direction ascending; without `nulls first` or `nulls last` the nulls come first where
//   ascending, last where descending.
//
// Errors: kInvalidArgument naming the text. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"
#include "table/evolve/spec_change.h"

namespace firn::table {

Result<AddPartitionField> ParsePartitionField(std::string_view text);
Result<SortColumn> ParseSortColumn(std::string_view text);

/// What the functions above read back; `as` where the name is not the usual one. A column that
/// `schema` does not have is `#` and its id.
std::string ToText(const iceberg::PartitionField& field, const iceberg::Schema& schema);
std::string ToText(const iceberg::SortField& field, const iceberg::Schema& schema);

}  // namespace firn::table
