#include "server/features/bounded_memory.h"

#include <algorithm>

namespace firn::server_features {

BoundedMemory::BoundedMemory(int64_t limit_bytes)
    : inner_(*arrow::default_memory_pool()), limit_bytes_(limit_bytes) {}

arrow::Status BoundedMemory::Take(int64_t more) {
  const int64_t bytes = bytes_.fetch_add(more) + more;
  if (bytes > limit_bytes_) {
    bytes_.fetch_sub(more);
    exceeded_ = true;
    return arrow::Status::OutOfMemory("Beyond the limit of ", limit_bytes_, " bytes");
  }
  int64_t most = most_;
  while (most < bytes && !most_.compare_exchange_weak(most, bytes)) {
  }
  total_.fetch_add(std::max<int64_t>(more, 0));
  allocations_.fetch_add(1);
  return arrow::Status::OK();
}

arrow::Status BoundedMemory::Allocate(int64_t size, int64_t alignment, uint8_t** out) {
  ARROW_RETURN_NOT_OK(Take(size));
  arrow::Status status = inner_.Allocate(size, alignment, out);
  if (status.ok()) {
    holders_.fetch_add(1);
  } else {
    bytes_.fetch_sub(size);
  }
  return status;
}

arrow::Status BoundedMemory::Reallocate(int64_t old_size,
                                        int64_t new_size,
                                        int64_t alignment,
                                        uint8_t** ptr) {
  ARROW_RETURN_NOT_OK(Take(new_size - old_size));
  arrow::Status status = inner_.Reallocate(old_size, new_size, alignment, ptr);
  if (!status.ok()) {
    bytes_.fetch_sub(new_size - old_size);
  }
  return status;
}

void BoundedMemory::Free(uint8_t* buffer, int64_t size, int64_t alignment) {
  inner_.Free(buffer, size, alignment);
  bytes_.fetch_sub(size);
  Drop();
}

void BoundedMemory::Drop() {
  if (holders_.fetch_sub(1) == 1) {
    delete this;
  }
}

}  // namespace firn::server_features
