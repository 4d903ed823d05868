// ScanColumns: the columns that a scan returns, chosen by name. Source: Iceberg specification,
// "Column Projection", "Reserved Field IDs".
//
// A full name (`a.b`) of a field in a struct keeps the struct with the named fields alone; one
// inside a list or map keeps the whole column. Columns come in the order in which they are first
// named, fields of structs in the schema's. A metadata column (`_file`, `_pos`, `_deleted`,
// `_spec_id`, `_partition`, `_row_id`, `_last_updated_sequence_number`) is meant where the schema
// has no column of that name.
//
// Errors: kInvalidArgument naming the column that does not exist.
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/expression/bind.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/schema.h"

namespace firn::table {

/// Every column of `schema` where `names` is empty. `table` gives the partition fields of
/// `_partition`: those of all its specs.
Result<std::vector<iceberg::NestedField>> SelectColumns(const iceberg::TableMetadata& table,
                                                        const iceberg::Schema& schema,
                                                        std::span<const std::string> names,
                                                        iceberg::NameCase names_case);

}  // namespace firn::table
