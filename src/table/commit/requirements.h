// What a change takes for granted about the table it was made for: the requirements that go with
// its updates. Source: REST document, TableRequirement; which requirement goes with which update is
// as in the reference implementation.
//
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <vector>

#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_requirement.h"
#include "iceberg/metadata/table_update.h"

namespace firn::table {

/// Each once, the table's uuid first.
std::vector<iceberg::TableRequirement> RequirementsFor(
    const iceberg::TableMetadata& base, std::span<const iceberg::TableUpdate> updates);

}  // namespace firn::table
