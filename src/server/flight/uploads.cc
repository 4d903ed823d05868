#include "server/flight/uploads.h"

#include <utility>

#include <arrow/util/byte_size.h>

#include "columnar/io/arrow_status.h"

namespace firn::flight {

using columnar::ToResult;

std::shared_ptr<Upload> Uploads::Begin() { return std::make_shared<Upload>(*this); }

Status Uploads::Take(int64_t bytes) {
  if (bytes_.fetch_add(bytes) + bytes > limits_.max_all_bytes) {
    bytes_ -= bytes;
    return Error(ErrorCode::kResourceExhausted, "Too much is being uploaded, try again later");
  }
  return {};
}

Status Upload::Add(std::shared_ptr<arrow::RecordBatch> batch) {
  ASSIGN_OR_RETURN(int64_t more,
                   ToResult(arrow::util::ReferencedBufferSize(*batch), ErrorCode::kInternal));
  std::lock_guard lock(mutex_);
  if (why_) {
    return *why_;
  }
  if (bytes_ + more > all_.limits_.max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, "The upload is larger than features.memory_bytes");
  }
  RETURN_IF_ERROR(all_.Take(more));
  bytes_ += more;
  batches_.push_back(std::move(batch));
  return {};
}

Result<std::shared_ptr<arrow::Table>> Upload::Finish(std::shared_ptr<arrow::Schema> schema) {
  std::lock_guard lock(mutex_);
  if (why_) {
    return *why_;
  }
  return ToResult(arrow::Table::FromRecordBatches(std::move(schema), std::exchange(batches_, {})),
                  ErrorCode::kInvalidArgument);
}

void Upload::GiveBack(const Error& why) {
  std::lock_guard lock(mutex_);
  why_ = why;
  // What was finished is with its call, and counts as long as that has it.
  if (!std::exchange(batches_, {}).empty()) {
    all_.bytes_ -= std::exchange(bytes_, 0);
  }
}

}  // namespace firn::flight
