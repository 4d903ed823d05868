#include "cli/features/parquet_frame.h"

#include <utility>

#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include "columnar/io/arrow_status.h"

namespace firn::cli {
namespace {

constexpr int64_t kBatchRows = 64 << 10;

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
  ASSIGN_OR_RETURN(auto reader,
                   ToResult(parquet::arrow::OpenFile(file, arrow::default_memory_pool()),
                            ErrorCode::kInvalidArgument));
  reader->set_use_threads(true);
  reader->set_batch_size(kBatchRows);
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
    return std::move(frame).error().With("file", path);
  }
  return frame;
}

}  // namespace firn::cli
