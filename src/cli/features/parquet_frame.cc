#include "cli/features/parquet_frame.h"

#include <utility>

#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include "columnar/io/arrow_status.h"

namespace firn::cli {
namespace {

constexpr int64_t kReadRows = 16 << 10;
/// Of a column's bytes at a time.
constexpr int64_t kReadBytes = 256 << 10;

class ParquetFrame : public arrow::RecordBatchReader {
 public:
  ParquetFrame(std::unique_ptr<parquet::arrow::FileReader> file,
               std::unique_ptr<arrow::RecordBatchReader> batches)
      : file_(std::move(file)), batches_(std::move(batches)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return batches_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    return batches_->ReadNext(batch);
  }

 private:
  const std::unique_ptr<parquet::arrow::FileReader> file_;
  const std::unique_ptr<arrow::RecordBatchReader> batches_;
};

Result<std::shared_ptr<arrow::RecordBatchReader>> Open(
    const std::shared_ptr<arrow::io::RandomAccessFile>& file) {
  using columnar::ToResult;
  using columnar::ToStatus;
  // A frame may be larger than memory: nothing of it is held but what is decoded next.
  parquet::ReaderProperties streamed = parquet::default_reader_properties();
  streamed.enable_buffered_stream();
  streamed.set_buffer_size(kReadBytes);
  parquet::ArrowReaderProperties arrow_properties;
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_use_threads(true);
  arrow_properties.set_batch_size(kReadRows);
  parquet::arrow::FileReaderBuilder builder;
  RETURN_IF_ERROR(ToStatus(builder.Open(file, streamed), ErrorCode::kInvalidArgument));
  ASSIGN_OR_RETURN(auto reader, ToResult(builder.properties(arrow_properties)->Build(),
                                         ErrorCode::kInvalidArgument));
  ASSIGN_OR_RETURN(auto batches,
                   ToResult(reader->GetRecordBatchReader(), ErrorCode::kInvalidArgument));
  return std::shared_ptr<arrow::RecordBatchReader>(
      std::make_shared<ParquetFrame>(std::move(reader), std::move(batches)));
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatchReader>> OpenParquetFrame(const std::string& path) {
  auto file = arrow::io::ReadableFile::Open(path);
  if (!file.ok()) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("Cannot open {}: {}", path, file.status().message()));
  }
  auto frame = columnar::Guarded([&] { return Open(*file); });
  if (!frame.has_value()) {
    return std::move(frame).error().With("file", path).With("hint", "it has to be a Parquet file");
  }
  return frame;
}

}  // namespace firn::cli
