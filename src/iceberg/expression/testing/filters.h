// Short ways for tests to make filters and specs. Aborts the test program on malformed text: the
// text is the test's own.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg::testing {

/// A filter text bound to the schema.
BoundExpression FilterOf(std::string_view text, const Schema& schema);
/// A bound filter as text.
std::string TextOf(const BoundExpression& filter);

/// Fields 1000, 1001, ... named p0, p1, ... of (source id, transform): {1, "bucket[16]"}.
PartitionSpec PartitionBy(const std::vector<std::pair<int32_t, std::string_view>>& fields);

}  // namespace firn::iceberg::testing
