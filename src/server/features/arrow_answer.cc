#include "server/features/arrow_answer.h"

#include <utility>

#include <arrow/ipc/options.h>

#include "columnar/io/arrow_status.h"

namespace firn::server_features {
namespace {

using columnar::ToResult;
using columnar::ToStatus;

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
    : pieces_(std::move(rows)), sink_(std::make_shared<Sink>()) {}

ArrowAnswer::~ArrowAnswer() = default;

Status ArrowAnswer::Begin() {
  ASSIGN_OR_RETURN(auto schema, pieces_.Open());
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.use_threads = false;
  ASSIGN_OR_RETURN(writer_, ToResult(arrow::ipc::MakeStreamWriter(sink_, schema, options),
                                     ErrorCode::kInternal));
  return {};
}

Result<std::string> ArrowAnswer::Next() {
  if (ended_) {
    return std::string();
  }
  if (writer_ == nullptr) {
    RETURN_IF_ERROR(Begin());
  }
  ASSIGN_OR_RETURN(auto batch, pieces_.Next());
  if (batch != nullptr) {
    RETURN_IF_ERROR(ToStatus(writer_->WriteRecordBatch(*batch), ErrorCode::kInternal));
  } else {
    ended_ = true;
    RETURN_IF_ERROR(ToStatus(writer_->Close(), ErrorCode::kInternal));
  }
  return sink_->Take();
}

}  // namespace firn::server_features
