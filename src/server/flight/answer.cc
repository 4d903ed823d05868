#include "server/flight/answer.h"

#include <utility>

namespace firn::flight {

Result<std::shared_ptr<Answer>> Answer::Open(RunPtr run,
                                             RowsPtr rows,
                                             std::shared_ptr<Held> upload) {
  auto work = std::make_unique<Work>(std::move(run), std::move(rows), std::move(upload));
  auto schema = work->pieces.Open();
  if (!schema.has_value()) {
    return work->run->Explained(TakeError(std::move(schema)));
  }
  std::shared_ptr<Answer> answer(new Answer(std::move(work)));
  answer->schema_ = *std::move(schema);
  return answer;
}

Result<std::shared_ptr<arrow::RecordBatch>> Answer::Next() {
  std::lock_guard lock(mutex_);
  if (work_ == nullptr) {
    return why_ ? Result<std::shared_ptr<arrow::RecordBatch>>(*why_) : nullptr;
  }
  auto next = [&]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    RETURN_IF_ERROR(work_->run->Check());
    return work_->pieces.Next();
  }();
  if (!next.has_value()) {
    why_ = work_->run->Explained(TakeError(std::move(next)));
    work_.reset();
    return *why_;
  }
  if (*next == nullptr) {
    work_->run->Complete();
    work_.reset();
  }
  return next;
}

void Answer::GiveBack(const Error& why) {
  std::lock_guard lock(mutex_);
  if (work_ != nullptr) {
    why_ = why;
    work_.reset();
  }
}

}  // namespace firn::flight
