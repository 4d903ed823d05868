#include "features/request/default_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>

#include <unistd.h>

#include "features/join/join_stream.h"

namespace firn::features {
namespace {

int64_t GrantedBytes() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  int64_t bytes = 0;
  // "max", or no such file: no limit.
  return file >> bytes ? bytes : std::numeric_limits<int64_t>::max();
}

int64_t PhysicalBytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

}  // namespace

int64_t DefaultMemoryBytes() {
  return std::max(std::min(GrantedBytes(), PhysicalBytes()) / 2, kMinJoinBytes);
}

}  // namespace firn::features
