// JsonFrame: rows of JSON, an object each, as an Arrow batch: an entity frame that a person typed.
//
// A column a name, in the order in which names first appear; a name that a row lacks, or null, is
// null there. Whole numbers become int64, others double, texts utf8 (a join reads ISO 8601 texts as
// times), true and false bool; a column of nulls alone has Arrow's null type.
//
// Errors: kInvalidArgument naming the column that holds values of two kinds, lists or objects.
// Thread-safety: pure functions.
#pragma once

#include <memory>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/json_reader.h"
#include "base/result.h"

namespace firn::server_features {

Result<std::shared_ptr<arrow::RecordBatch>> JsonFrame(const json::Array& rows,
                                                      arrow::MemoryPool* memory);

}  // namespace firn::server_features
