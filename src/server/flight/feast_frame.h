// FeastFrame: the table that a Feast client uploads beside a command, as an entity frame: the index
// of pandas and what pandas says of types left out.
//
// Errors: kInvalidArgument naming the column. Thread-safety: pure functions.
#pragma once

#include <memory>
#include <string>

#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include "base/result.h"

namespace firn::flight {

/// Null where the client had no frame: then it uploads one text column, `key`.
std::shared_ptr<arrow::Table> EntitiesOf(const arrow::Table& uploaded);

/// The frame with a key column that fits: what pandas made floating for want of a null becomes
/// whole numbers where the table has those, and what is null everywhere gets the table's type.
Result<std::shared_ptr<arrow::Table>> WithFittingKey(std::shared_ptr<arrow::Table> frame,
                                                     const std::string& key,
                                                     const std::shared_ptr<arrow::DataType>& wanted,
                                                     arrow::MemoryPool* memory);

/// Dates as their midnights, timestamp[us, UTC]; other columns as they are: Feast makes no value of
/// a date.
Result<std::shared_ptr<arrow::ChunkedArray>> AsFeastReads(
    const std::shared_ptr<arrow::ChunkedArray>& column, arrow::MemoryPool* memory);

/// A timestamp column as an instant in UTC: without a zone it is UTC, and so it stays.
Result<std::shared_ptr<arrow::ChunkedArray>> AsInstants(
    const std::shared_ptr<arrow::ChunkedArray>& column, arrow::MemoryPool* memory);

/// Rows to be written, where pandas had no better type than the table's: nulls alone get it, and
/// times its zone or none (without a zone they are UTC). What remains different the table's writer
/// judges.
Result<std::shared_ptr<arrow::Table>> WrittenAs(const arrow::Table& rows,
                                                const arrow::Schema& wanted,
                                                arrow::MemoryPool* memory);

}  // namespace firn::flight
