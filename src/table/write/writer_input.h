// What columnar's writers are told of a table: schema, spec, order, properties, where files go.
//
// Errors: kInvalidArgument for table properties that are not of their type.
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "base/result.h"
#include "columnar/write/table_file_writer.h"
#include "iceberg/metadata/table_metadata.h"
#include "table/table_store.h"

namespace firn::table {

/// Where a table's data and delete files go.
columnar::DataLocations DataLocationsOf(const iceberg::TableMetadata& table);

/// Under names that no other writer takes. The table's files outlive what is made of it.
columnar::FileTarget NewFileTarget(const Table& table);

/// Raises the limit of open files to what one needs that grows to the target size: closed before,
/// it would be a candidate for compaction at once.
void LeaveRoomForOneFile(columnar::TableWriteRequest& request);

/// Rows of the current schema, by the default spec and sort order. Open files have the room of one
/// at least.
Result<columnar::TableWriteRequest> MakeWriteRequest(const Table& table,
                                                     const columnar::WriteLimits& limits);

/// The table's columns and, where it has row lineage, what rows keep when they move to another file
/// (specification, "Row Lineage"): what they are read and written with.
std::vector<iceberg::NestedField> ColumnsOfMovedRows(const iceberg::TableMetadata& table);

/// MakeWriteRequest for those columns.
Result<columnar::TableWriteRequest> MakeMoveRequest(const Table& table,
                                                    const columnar::WriteLimits& limits);

}  // namespace firn::table
