// Columns that a schema has no more, as older schemas of the table know them: files, partition
// tuples and equality deletes from before go on using them. Source: Iceberg specification, "Scan
// Planning" (a dropped column of an equality delete), "Partition Evolution".
//
// Thread-safety: pure functions.
#pragma once

#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// The newest schema with the field; null where none has it.
const Schema* NewestSchemaWith(const TableMetadata& table, FieldId id);

/// The struct of the spec's tuples, by `schema`; a field whose column it has no more is of the type
/// that the newest schema with the column gives it, unknown where none has it.
TypePtr PartitionTypeOf(const TableMetadata& table,
                        const PartitionSpec& spec,
                        const Schema& schema);

}  // namespace firn::iceberg
