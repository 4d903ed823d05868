// SelectedRows: the chosen rows of one row group as batches of rows that follow each other. Columns
// are decoded from pages that hold more rows than are wanted, each column other ones: what comes
// out is cut so that all line up.
//
// Memory: a decoded batch of each column. Errors: kInvalidMetadata where a column has fewer rows
// than its index says; Parquet's exceptions pass through. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>

#include "base/result.h"
#include "columnar/pages/page_choice.h"

namespace firn::columnar {

/// Rows of a row group that follow each other.
struct RowBatch {
  /// In the row group.
  int64_t first_row = 0;
  std::shared_ptr<arrow::RecordBatch> rows;
};

class SelectedRows {
 public:
  /// `reader` reads a PageContents in which `selection` is selected; both outlive this. `leaves`
  /// are ascending and not empty.
  static Result<SelectedRows> Make(parquet::arrow::FileReader& reader,
                                   int group,
                                   const std::vector<int>& leaves,
                                   const RowSelection& selection);

  /// Of `max_rows` at most, never empty; nullopt at the end. Has the top-level fields that hold a
  /// leaf, in the file's order.
  Result<std::optional<RowBatch>> Next(int64_t max_rows);

 private:
  /// Top-level columns whose pages hold the same rows.
  struct Columns {
    std::vector<int> leaves;
    /// In the batches of Next.
    std::vector<int> places;
    RowRanges rows;
    std::unique_ptr<arrow::RecordBatchReader> batches;
    /// What was decoded last, and how many rows were before.
    std::shared_ptr<arrow::RecordBatch> decoded;
    int64_t decoded_before = 0;
  };

  SelectedRows() = default;

  Status Advance(Columns& columns, int64_t row);

  std::shared_ptr<arrow::Schema> schema_;
  std::vector<Columns> columns_;
  RowRanges rows_;
  /// The row that comes next is in this range, at or after its begin.
  size_t range_ = 0;
  int64_t row_ = 0;
};

}  // namespace firn::columnar
