// Short ways for tests to make what JSON describes. Aborts the test program on malformed text: the
// text is the test's own.
#pragma once

#include <string_view>

#include "base/json_reader.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"

namespace firn::iceberg::testing {

/// Keeps the text's elements valid as long as it lives.
json::Document Json(std::string_view text);

Schema SchemaOf(std::string_view json);
/// `fields` is the inside of a struct's field array.
Schema SchemaOfFields(std::string_view fields);
UnboundPartitionSpec SpecOf(std::string_view json);
SortOrder OrderOf(std::string_view json);

}  // namespace firn::iceberg::testing
