// The snapshot of a branch that is maintained.
//
// Errors: kNotFound where there is no such branch; kInvalidArgument where it is a tag.
// Thread-safety: pure function.
#pragma once

#include <string>

#include "base/result.h"
#include "iceberg/metadata/table_metadata.h"

namespace firn::table {

/// Null where the table is empty.
Result<const iceberg::Snapshot*> HeadOfBranch(const iceberg::TableMetadata& table,
                                              const std::string& branch);

}  // namespace firn::table
