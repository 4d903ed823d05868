#include "columnar/write/rolling_file_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::columnar {
namespace {

/// Between looks at the size of the file.
constexpr int64_t kRowsBetweenLooks = 16 << 10;

}  // namespace

RollingFileWriter::~RollingFileWriter() {
  std::vector<std::string> locations;
  for (const iceberg::DataFile& file : files_) {
    locations.push_back(file.path);
  }
  // What cannot be deleted now is an orphan, which maintenance finds.
  (void)target_.store.DeleteMany(locations);
}

Status RollingFileWriter::Write(const arrow::RecordBatch& batch) {
  int64_t step_rows = kRowsBetweenLooks;
  if (!properties_.target_file_rows && open_bytes() < target_bytes()) {
    ASSIGN_OR_RETURN(int64_t bytes,
                     ToResult(arrow::util::ReferencedBufferSize(batch), ErrorCode::kInternal));
    if (bytes < target_bytes() - open_bytes()) {
      step_rows = std::max(batch.num_rows(), kRowsBetweenLooks);  // there is room for all of it
    }
  }
  int64_t rows = 0;
  for (int64_t begin = 0; begin < batch.num_rows(); begin += rows) {
    if (open_ == nullptr) {
      ASSIGN_OR_RETURN(
          open_, ParquetFileWriter::Make(schema_, properties_, target_.threads, target_.memory));
    }
    rows = std::min(step_rows, batch.num_rows() - begin);
    if (properties_.target_file_rows) {
      rows = std::clamp<int64_t>(*properties_.target_file_rows - open_->rows(), 1, rows);
    }
    RETURN_IF_ERROR(open_->Write(*batch.Slice(begin, rows)));
    const bool enough_rows =
        properties_.target_file_rows && open_->rows() >= *properties_.target_file_rows;
    if (enough_rows || open_->EstimatedBytes() >= target_bytes()) {
      RETURN_IF_ERROR(CloseFile());
    }
  }
  return {};
}

Status RollingFileWriter::CloseFile() {
  if (failed_) {
    return Error(ErrorCode::kInternal, "A writer goes on after it failed");
  }
  if (open_ == nullptr) {
    return {};
  }
  failed_ = true;  // until it is stored
  std::unique_ptr<ParquetFileWriter> writer = std::move(open_);
  ASSIGN_OR_RETURN(WrittenFile written, std::move(*writer).Finish());
  iceberg::DataFile file = std::move(written.metrics);
  file.path = target_.locations.LocationOf(
      target_.partition, fmt::format("{}-{:05}.parquet", target_.prefix, next_number_++));
  file.content = kind_.content;
  file.partition = kind_.partition;
  file.sort_order_id = kind_.sort_order_id;
  file.equality_ids = kind_.equality_ids;
  file.referenced_data_file = kind_.referenced_data_file;
  std::string_view bytes(reinterpret_cast<const char*>(written.bytes->data()),
                         static_cast<size_t>(written.bytes->size()));
  // Remembered first: an error may leave the file behind.
  files_.push_back(file);
  Status stored = target_.store.Write(file.path, bytes, storage::WriteMode::kCreateNew);
  if (!stored.has_value() && stored.error().code() == ErrorCode::kAlreadyExists) {
    // Another's file.
    files_.pop_back();
  }
  failed_ = !stored.has_value();
  return stored;
}

Result<std::vector<iceberg::DataFile>> RollingFileWriter::Finish() {
  RETURN_IF_ERROR(CloseFile());
  return std::exchange(files_, {});
}

}  // namespace firn::columnar
