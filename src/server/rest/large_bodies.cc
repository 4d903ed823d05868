#include "server/rest/large_bodies.h"

#include "base/waiting_scope.h"

namespace firn::rest {

LargeBodies::Turn::~Turn() {
  if (owner_ != nullptr) {
    owner_->End(bytes_);
  }
}

Result<LargeBodies::Turn> LargeBodies::Wait(size_t bytes, MonotonicTime deadline) {
  if (bytes <= kSmallBytes) {
    return Turn(nullptr, bytes);
  }
  WaitingScope waiting;
  std::unique_lock lock(mutex_);
  auto my_turn = [this, bytes] { return bytes_ == 0 || bytes_ + bytes <= kMaxBytes; };
  if (deadline == kNoDeadline) {
    wake_.wait(lock, my_turn);
  } else if (!wake_.wait_until(lock, deadline, my_turn)) {
    return Error(ErrorCode::kUnavailable, "Too many large requests at once, try again later");
  }
  bytes_ += bytes;
  return Turn(this, bytes);
}

void LargeBodies::End(size_t bytes) {
  {
    std::lock_guard lock(mutex_);
    bytes_ -= bytes;
  }
  wake_.notify_all();
}

}  // namespace firn::rest
