#include "server/features/arrow_answer.h"

#include <algorithm>
#include <utility>

#include <arrow/ipc/options.h>
#include <arrow/util/byte_size.h>

#include "columnar/io/arrow_status.h"

namespace firn::server_features {
namespace {

using columnar::ToResult;
using columnar::ToStatus;

constexpr int64_t kMinPieceRows = 1024;

}  // namespace

/// What was written since it was last taken.
class ArrowAnswer::Sink final : public arrow::io::OutputStream {
 public:
  arrow::Status Write(const void* data, int64_t count) override {
    bytes_.append(static_cast<const char*>(data), static_cast<size_t>(count));
    written_ += count;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Tell() const override { return written_; }
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }

  std::string Take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
  int64_t written_ = 0;
};

ArrowAnswer::ArrowAnswer(std::unique_ptr<FeatureRows> rows)
    : rows_(std::move(rows)), sink_(std::make_shared<Sink>()) {}

ArrowAnswer::~ArrowAnswer() = default;

Status ArrowAnswer::Begin() {
  ASSIGN_OR_RETURN(auto schema, rows_->Open());
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.use_threads = false;
  ASSIGN_OR_RETURN(writer_, ToResult(arrow::ipc::MakeStreamWriter(sink_, schema, options),
                                     ErrorCode::kInternal));
  return {};
}

Result<std::shared_ptr<arrow::RecordBatch>> ArrowAnswer::NextBatch() {
  while (true) {
    if (batches_ != nullptr) {
      ASSIGN_OR_RETURN(auto batch, ToResult(batches_->Next(), ErrorCode::kInternal));
      if (batch != nullptr) {
        return batch;
      }
      batches_.reset();
      part_.reset();
    }
    ASSIGN_OR_RETURN(part_, rows_->Next());
    if (part_ == nullptr) {
      return std::shared_ptr<arrow::RecordBatch>();
    }
    ASSIGN_OR_RETURN(int64_t bytes,
                     ToResult(arrow::util::ReferencedBufferSize(*part_), ErrorCode::kInternal));
    const int64_t rows = std::max<int64_t>(part_->num_rows(), 1);
    batches_ = std::make_unique<arrow::TableBatchReader>(*part_);
    batches_->set_chunksize(std::max(kPieceBytes / (bytes / rows + 1), kMinPieceRows));
  }
}

Result<std::string> ArrowAnswer::Next() {
  if (ended_) {
    return std::string();
  }
  if (writer_ == nullptr) {
    RETURN_IF_ERROR(Begin());
  }
  ASSIGN_OR_RETURN(auto batch, NextBatch());
  if (batch != nullptr) {
    RETURN_IF_ERROR(ToStatus(writer_->WriteRecordBatch(*batch), ErrorCode::kInternal));
  } else {
    ended_ = true;
    RETURN_IF_ERROR(ToStatus(writer_->Close(), ErrorCode::kInternal));
  }
  return sink_->Take();
}

}  // namespace firn::server_features
