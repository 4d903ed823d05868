// OutputColumns: the batch that a scan returns from the batch that was projected out of a file:
// hidden columns go, metadata columns come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/kernels/projection.h"
#include "columnar/read/read_request.h"

namespace firn::columnar {

class OutputColumns {
 public:
  /// `projected` are the fields of the batches that Make gets.
  static Result<OutputColumns> Prepare(const ReadRequest& request,
                                       const FileToRead& file,
                                       const std::vector<iceberg::NestedField>& projected);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// True where deleted rows stay.
  bool marks_deleted() const { return marks_deleted_; }

  /// `first_row` is the position of the batch in its file; `live` has a byte a row, 0 for deleted
  /// ones, or is empty where none is.
  Result<std::shared_ptr<arrow::RecordBatch>> Make(const arrow::RecordBatch& projected,
                                                   int64_t first_row,
                                                   std::span<const uint8_t> live) const;

 private:
  struct Column {
    iceberg::NestedField field;
    /// In the projected batch; -1 for what is computed.
    int source = -1;
    /// Where the projected column has fields that were not asked for.
    std::shared_ptr<const Projection> narrow;
  };

  Result<std::shared_ptr<arrow::Array>> Compute(const Column& column,
                                                int64_t first_row,
                                                int64_t rows,
                                                std::span<const uint8_t> live) const;
  Result<std::shared_ptr<arrow::Array>> Inherit(const Column& column,
                                                std::shared_ptr<arrow::Array> stored,
                                                int64_t first_row) const;

  std::vector<Column> columns_;
  std::shared_ptr<arrow::Schema> schema_;
  FileToRead file_;
  bool marks_deleted_ = false;
};

}  // namespace firn::columnar
