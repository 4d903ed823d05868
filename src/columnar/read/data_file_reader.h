// DataFileReader: the rows of one data file that a scan wants, as Arrow batches: projected by field
// id, row groups pruned, deletes applied, filtered, metadata columns added. Source: Iceberg
// specification, "Column Projection", "Delete Formats", "Row Lineage", "Reserved Field IDs".
//
// Two paths, chosen for the file at Open. Direct: without deletes, what Parquet decodes is handed
// on; only a filter may take rows out. Merge: deleted rows are marked in a byte a row (positions
// first, then equality keys, then the filter), and only batches that lose rows are copied.
//
// With `_deleted` among the columns deleted rows stay, marked. A filter is applied to them too.
//
// Memory: the compressed column chunks of one row group, or the pages that were chosen of them (of
// whole chunks of a local file 64 KiB each), and decoded one batch, or the row group where it is
// small (ReadOptions::whole_group_bytes).
// Errors: kInvalidMetadata naming the file where it is corrupt, lacks ids without a name mapping,
// or has a column that cannot become the table's; kUnsupported for formats other than Parquet;
// those of the store; kUnavailable where the options told it to stop. After an error the reader is
// done.
// Thread-safety: one thread at a time; what Open is given outlives it.
//
//   ASSIGN_OR_RETURN(auto reader, DataFileReader::Open(context, request, file, residual, deletes));
//   while (true) {
//     ASSIGN_OR_RETURN(auto batch, reader->Next());
//     if (batch == nullptr) break;
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "columnar/kernels/batch_filter.h"
#include "columnar/kernels/projection.h"
#include "columnar/read/output_columns_internal.h"
#include "columnar/read/parquet_source.h"
#include "columnar/read/read_request.h"

namespace firn::columnar {

/// What a reader did so far.
struct ReadCounts {
  int64_t row_groups_read = 0;
  int64_t row_groups_skipped = 0;
  /// Of row groups that are read by the page index: data pages of the columns that have one.
  int64_t pages_read = 0;
  int64_t pages_skipped = 0;
  int64_t rows_decoded = 0;
  int64_t rows_deleted = 0;
  int64_t rows_returned = 0;
  int64_t bytes_fetched = 0;
};

enum class ReadPath : uint8_t { kDirect, kMerge };

class DataFileReader {
 public:
  /// `residual` is a bound expression over `request.schema`.
  static Result<std::unique_ptr<DataFileReader>> Open(const ReadContext& context,
                                                      const ReadRequest& request,
                                                      const FileToRead& file,
                                                      const iceberg::BoundExpression& residual,
                                                      FileDeletes deletes);

  /// Never empty; null at the end. Batches are in the file's order.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

  const std::shared_ptr<arrow::Schema>& schema() const { return output_->schema(); }
  ReadPath path() const { return deletes_.empty() ? ReadPath::kDirect : ReadPath::kMerge; }
  ReadCounts counts() const;
  /// False where the file lacks a field that is asked for, outside of lists and maps.
  bool holds_all() const { return projection_->holds_all(); }
  /// Of the whole file: the first row of each row group.
  std::span<const int64_t> row_groups() const { return first_rows_; }

 private:
  /// Where a key column of equality deletes is in a projected batch.
  struct KeyColumns {
    std::vector<std::vector<int>> paths;
  };

  DataFileReader() = default;

  Status Prepare(const ReadContext& context,
                 const ReadRequest& request,
                 const FileToRead& file,
                 const iceberg::BoundExpression& residual);
  Status FindKeys();
  std::vector<WantedRowGroup> WantedOf(const FilePart& part) const;
  Status ChooseRows(const ReadContext& context,
                    const FilePart& part,
                    const std::vector<SourceField>& fields,
                    const iceberg::BoundExpression& residual);
  Status BeginGroup(const ChosenRowGroup& group);
  /// The next rows that live and match; null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> NextKept();
  Result<std::optional<RowBatch>> NextDecoded();
  Result<std::shared_ptr<arrow::RecordBatch>> Finish(const arrow::RecordBatch& projected,
                                                     int64_t first_row);
  Status ClearDeleted(const arrow::RecordBatch& projected,
                      int64_t first_row,
                      std::span<uint8_t> mask) const;

  arrow::MemoryPool* memory_ = nullptr;
  std::unique_ptr<ParquetSource> source_;
  std::optional<Projection> projection_;
  std::optional<BatchFilter> filter_;
  std::optional<OutputColumns> output_;
  FileDeletes deletes_;
  /// Of each equality delete set.
  std::vector<KeyColumns> keys_;

  std::vector<ChosenRowGroup> groups_;
  /// First rows of all row groups.
  std::vector<int64_t> first_rows_;
  size_t next_group_ = 0;
  /// Of the group that is open: rows that are still to come, its first row, and, where no column is
  /// read, the next one in it.
  int64_t rows_left_ = 0;
  int64_t group_begin_ = 0;
  int64_t next_row_ = 0;
  int64_t batch_rows_ = 0;
  std::stop_token stop_;
  ReadCounts counts_;
};

}  // namespace firn::columnar
