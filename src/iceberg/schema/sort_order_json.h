// Sort orders as JSON. Specification: Appendix C, "Sort Orders".
//
// Errors: kInvalidArgument, also for an id that contradicts the fields (0 means unsorted).
// Thread-safety: pure functions.
#pragma once

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/schema/sort_order.h"

namespace firn::iceberg {

Result<SortOrder> ParseSortOrder(json::Element element);
void AppendSortOrder(const SortOrder& order, JsonWriter& out);

}  // namespace firn::iceberg
