// Table properties: set and removed; `format-version` upgrades the table.
//
// Errors: kInvalidArgument for a property that mirrors metadata, one that is both set and removed,
// or a downgrade. Thread-safety: pure function.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_properties.h"
#include "table/evolve/updates_action.h"

namespace firn::table {

/// No updates where the table is so already.
Result<Updates> ChangeProperties(const iceberg::TableMetadata& table,
                                 const iceberg::PropertyMap& set,
                                 std::span<const std::string> removed);

}  // namespace firn::table
