#include "features/definitions/shared_definitions.h"

#include <exception>

namespace firn::features {

SharedDefinitions::Loaded SharedDefinitions::Look() {
  try {
    return definitions_->Load();
  } catch (const std::exception& exception) {
    return Error(ErrorCode::kInternal, exception.what());
  }
}

Result<std::shared_ptr<const FeastRegistry>> SharedDefinitions::Load() {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = begun_ + 1;
  ++waiting_;
  ended_.wait(lock, [&] { return !looking_ || begun_ > wanted; });
  --waiting_;
  if (begun_ >= wanted) {
    return found_;
  }
  ++begun_;
  looking_ = true;
  lock.unlock();
  Loaded found = Look();
  lock.lock();
  found_ = found;
  looking_ = false;
  ended_.notify_all();
  return found;
}

int SharedDefinitions::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_;
}

}  // namespace firn::features
