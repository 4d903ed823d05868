// OutsideRows: the rows of a scan as whoever is not Firn wants them. Columns of UUIDs are told from
// other columns of 16 bytes, those inside of structs, lists and maps too: a scan gives both as
// bytes, outside of a table the type is `arrow.uuid`. Field ids stay, or are taken off: written to
// another table, rows would go by them and not by their names.
//
// Nothing is copied. Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "iceberg/schema/schema.h"

namespace firn::columnar {

/// Ids in the metadata of fields (arrow_type.h).
enum class FieldIds : uint8_t { kKept, kTakenOff };

class OutsideRows {
 public:
  /// `table` is the schema of the scan, `rows` that of its batches: columns go by their names.
  OutsideRows(const iceberg::Schema& table, const arrow::Schema& rows, FieldIds ids);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  std::shared_ptr<arrow::RecordBatch> Of(const std::shared_ptr<arrow::RecordBatch>& batch) const;

 private:
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace firn::columnar
