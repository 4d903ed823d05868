// Partitions as people and folders write them: `day=2026-11-29/id_bucket=3`.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/literal.h"

namespace firn::cli {

/// The tuple of a file of spec `spec`, by the table's schema; `null` for what is null, empty where
/// the spec is unpartitioned or unknown. Different tuples have different texts: `/`, `=`, `%` and
/// `"` in a text are percent-encoded, and one that reads `null` is in quotes.
std::string PartitionText(const iceberg::TableMetadata& table,
                          iceberg::SpecId spec,
                          const iceberg::StructValue& partition);

}  // namespace firn::cli
