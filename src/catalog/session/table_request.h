// TableRequest: a table to be made, as people say it: columns as an Arrow schema, partition fields
// and sort order as text (table/evolve/layout_text.h).
//
// Columns of nanoseconds become nanoseconds where the property `format-version` says 3, else
// microseconds. Arrow columns that are not nullable become required.
//
// Errors: kInvalidArgument naming the column, text or property. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <arrow/type.h>

#include "base/result.h"
#include "catalog/catalog.h"

namespace firn::catalog {

struct TableRequest {
  std::vector<std::string> partition_by;
  std::vector<std::string> sort_by;
  /// Full names of columns, which are required: what makes a row one of its own.
  std::vector<std::string> identifier_fields;
  PropertyMap properties;
  /// Where the catalog puts it where absent.
  std::optional<std::string> location;
};

Result<NewTable> MakeNewTable(const arrow::Schema& schema, const TableRequest& request);

}  // namespace firn::catalog
