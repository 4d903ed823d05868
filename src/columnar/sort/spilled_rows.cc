#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/util/compression.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "columnar/io/arrow_status.h"
#include "columnar/sort/spilled_rows_internal.h"

namespace firn::columnar {
namespace {

/// More than any schema has.
constexpr int kMaxNesting = 1'024;

Error CannotSpill(const std::string& folder, const std::string& why) {
  return {ErrorCode::kIoError, fmt::format("Rows cannot be put aside in {}: {}", folder, why)};
}

std::string Message(int error_number) { return std::generic_category().message(error_number); }

class ReadRows final : public RowSource {
 public:
  explicit ReadRows(std::shared_ptr<arrow::ipc::RecordBatchReader> reader)
      : reader_(std::move(reader)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    std::shared_ptr<arrow::RecordBatch> rows;
    RETURN_IF_ERROR(ToStatus(reader_->ReadNext(&rows), ErrorCode::kIoError));
    return rows;
  }

 private:
  const std::shared_ptr<arrow::ipc::RecordBatchReader> reader_;
};

}  // namespace

Result<std::unique_ptr<SpilledRows>> SpilledRows::Make(const std::string& folder,
                                                       const std::shared_ptr<arrow::Schema>& schema,
                                                       arrow::MemoryPool* memory) {
  std::string place = folder;
  if (folder.empty()) {
    std::error_code none;
    place = std::filesystem::temp_directory_path(none).string();
    if (none) {
      return CannotSpill("the folder that TMPDIR names", none.message());
    }
  }
  std::string path = place + "/firn-XXXXXX";
  if (folder.empty()) {
    place += " (TMPDIR names another folder)";
  }
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) {
    return CannotSpill(place, Message(errno));
  }
  unlink(path.c_str());
  std::unique_ptr<SpilledRows> rows(new SpilledRows(place, file, memory));
  const int written = fcntl(file, F_DUPFD_CLOEXEC, 0);
  if (written < 0) {
    return CannotSpill(place, Message(errno));
  }
  ASSIGN_OR_RETURN(rows->out_,
                   ToResult(arrow::io::FileOutputStream::Open(written), ErrorCode::kIoError));
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = memory;
  options.use_threads = false;
  options.max_recursion_depth = kMaxNesting;
  ASSIGN_OR_RETURN(
      options.codec,
      ToResult(arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME), ErrorCode::kInternal));
  auto writer = arrow::ipc::MakeStreamWriter(rows->out_, schema, options);
  RETURN_IF_ERROR(rows->Put(writer.status()));
  rows->writer_ = *std::move(writer);
  return rows;
}

SpilledRows::~SpilledRows() {
  if (file_ >= 0) {
    close(file_);
  }
}

Status SpilledRows::Put(const arrow::Status& status) const {
  if (status.IsIOError()) {
    return CannotSpill(folder_, status.message());
  }
  return ToStatus(status, ErrorCode::kInternal);
}

Status SpilledRows::Write(const arrow::RecordBatch& rows) {
  return Put(writer_->WriteRecordBatch(rows));
}

Result<std::unique_ptr<RowSource>> SpilledRows::Read() {
  RETURN_IF_ERROR(Put(writer_->Close()));
  RETURN_IF_ERROR(Put(out_->Close()));
  // Its descriptor has one position with the one that was written to.
  if (lseek(file_, 0, SEEK_SET) != 0) {
    return CannotSpill(folder_, Message(errno));
  }
  ASSIGN_OR_RETURN(auto in,
                   ToResult(arrow::io::ReadableFile::Open(std::exchange(file_, -1), memory_),
                            ErrorCode::kIoError));
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = memory_;
  options.use_threads = false;
  options.max_recursion_depth = kMaxNesting;
  ASSIGN_OR_RETURN(auto reader,
                   ToResult(arrow::ipc::RecordBatchStreamReader::Open(std::move(in), options),
                            ErrorCode::kIoError));
  return std::make_unique<ReadRows>(std::move(reader));
}

}  // namespace firn::columnar
