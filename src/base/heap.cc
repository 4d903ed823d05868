#include "base/heap.h"

#include <algorithm>
#include <cstddef>
#include <thread>

#include <malloc.h>

namespace firn {
namespace {

/// Less than this is left to be used again.
constexpr size_t kMuchBytes = 8 << 20;

}  // namespace

void SetUpHeap() {
  // Called before there is a second thread. NOLINTNEXTLINE(concurrency-mt-unsafe)
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
}

void ReturnFreeMemory() {
  if (mallinfo2().fordblks > kMuchBytes) {
    malloc_trim(0);
  }
}

}  // namespace firn
