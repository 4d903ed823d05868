// Table requirements as JSON: `requirements` of a commit request. REST: schema TableRequirement.
//
// Errors: kInvalidArgument, for an unknown type too.
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/metadata/table_requirement.h"

namespace firn::iceberg {

Result<TableRequirement> ParseTableRequirement(json::Element element);
Result<std::vector<TableRequirement>> ParseTableRequirements(json::Array array);

void AppendTableRequirement(const TableRequirement& requirement, JsonWriter& out);

}  // namespace firn::iceberg
