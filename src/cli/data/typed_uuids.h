// TypedUuids: columns of UUIDs told from other columns of 16 bytes, those inside of structs, lists
// and maps too. A scan gives both as bytes; whoever prints or stores them outside of a table wants
// the type, `arrow.uuid`.
//
// Thread-safety: immutable.
#pragma once

#include <memory>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "iceberg/schema/schema.h"

namespace firn::cli {

class TypedUuids {
 public:
  /// `table` is the schema of the scan, `rows` that of its batches: columns go by their names.
  TypedUuids(const iceberg::Schema& table, const arrow::Schema& rows);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  std::shared_ptr<arrow::RecordBatch> Typed(const std::shared_ptr<arrow::RecordBatch>& batch) const;

 private:
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace firn::cli
