// ParquetSource: an open Parquet file: its footer, its fields with ids, row groups as batches.
// Arrow's reader with all its errors converted.
//
// Errors: kInvalidMetadata naming the file where it is corrupt or no Parquet; kUnsupported where it
// is encrypted or uses what Arrow lacks; those of the store.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>

#include "base/result.h"
#include "columnar/io/object_file.h"
#include "columnar/kernels/projection.h"
#include "columnar/pages/page_reader.h"
#include "columnar/pages/selected_rows.h"
#include "columnar/read/read_request.h"

namespace firn::columnar {

class ParquetSource {
 public:
  static Result<std::unique_ptr<ParquetSource>> Open(const ReadContext& context,
                                                     const FileToRead& file);

  const std::vector<SourceField>& fields() const { return fields_; }
  const parquet::FileMetaData& metadata() const { return *metadata_; }
  parquet::ParquetFileReader& parquet() { return *reader_->parquet_reader(); }
  ObjectFile& file() { return *file_; }
  int row_groups() const { return metadata_->num_row_groups(); }
  /// What pages are chosen from; `fields` are those of this file.
  PagedFile paged(const std::vector<SourceField>& fields) const {
    return {*file_, *metadata_, properties_, fields};
  }

  /// Fetches the column chunks of a row group, or the chosen pages of them, for who reads columns
  /// from `parquet()`. `leaves` is ascending and not empty. What was fetched before may go.
  Status Fetch(const ChosenRowGroup& row_group, const std::vector<int>& leaves);
  /// Fetches too, and gives batches. Reading another row group ends this one.
  Status BeginRowGroup(const ChosenRowGroup& row_group, const std::vector<int>& leaves);
  /// The next rows; nullopt at the end of the row group.
  Result<std::optional<RowBatch>> Next();

  /// Adds the file's path to an error.
  Error Explain(Error error) const;

 private:
  explicit ParquetSource(const ReadContext& context);

  std::vector<ByteRange> RangesOf(const ChosenRowGroup& row_group,
                                  const std::vector<int>& leaves) const;
  Result<std::optional<RowBatch>> NextWhole();

  const int64_t batch_rows_;
  const int64_t whole_group_bytes_;
  std::shared_ptr<ObjectFile> file_;
  parquet::ReaderProperties properties_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  /// The reader's.
  PageContents* contents_ = nullptr;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<SourceField> fields_;
  /// Of the row group that is open: one of the two.
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  /// What is left of what `batches_` gave; null where nothing is.
  std::shared_ptr<arrow::RecordBatch> decoded_;
  std::optional<RowSelection> selection_;
  std::optional<SelectedRows> selected_;
  /// In the row group.
  int64_t next_row_ = 0;
};

}  // namespace firn::columnar
