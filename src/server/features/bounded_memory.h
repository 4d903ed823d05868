// BoundedMemory: Arrow's memory for one answer, up to a limit. What would go beyond fails as out of
// memory, and is remembered: the caller tells whose limit it was.
//
// Thread-safety: any thread. It lives until its owner and every buffer that came out of it are
// gone: gRPC frees what a client did not fetch after the call has ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <arrow/memory_pool.h>
#include <arrow/status.h>

namespace firn::server_features {

class BoundedMemory final : public arrow::MemoryPool {
 public:
  struct Release {
    void operator()(BoundedMemory* memory) const { memory->Drop(); }
  };
  using Owned = std::unique_ptr<BoundedMemory, Release>;

  /// Of the default pool's memory.
  static Owned Make(int64_t limit_bytes) { return Owned(new BoundedMemory(limit_bytes)); }

  /// True from the first request on that went beyond the limit.
  bool was_exceeded() const { return exceeded_; }

  using MemoryPool::Allocate;
  using MemoryPool::Free;
  using MemoryPool::Reallocate;
  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override;
  arrow::Status Reallocate(int64_t old_size,
                           int64_t new_size,
                           int64_t alignment,
                           uint8_t** ptr) override;
  void Free(uint8_t* buffer, int64_t size, int64_t alignment) override;
  int64_t bytes_allocated() const override { return bytes_; }
  int64_t max_memory() const override { return most_; }
  int64_t total_bytes_allocated() const override { return total_; }
  int64_t num_allocations() const override { return allocations_; }
  std::string backend_name() const override { return inner_.backend_name(); }
  void ReleaseUnused() override { inner_.ReleaseUnused(); }

 private:
  explicit BoundedMemory(int64_t limit_bytes);
  ~BoundedMemory() override = default;

  /// The owner, or a buffer, is gone.
  void Drop();
  /// Counts `more` bytes, or fails.
  arrow::Status Take(int64_t more);

  arrow::MemoryPool& inner_;
  const int64_t limit_bytes_;
  /// The owner and each buffer.
  std::atomic<int64_t> holders_ = 1;
  std::atomic<int64_t> bytes_ = 0;
  std::atomic<int64_t> most_ = 0;
  std::atomic<int64_t> total_ = 0;
  std::atomic<int64_t> allocations_ = 0;
  std::atomic<bool> exceeded_ = false;
};

}  // namespace firn::server_features
