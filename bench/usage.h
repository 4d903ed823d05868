// What this process used so far, from the kernel. Thread-safety: any thread.
#pragma once

#include <cstdint>

namespace firn::bench {

/// User and system, of all threads.
double CpuSeconds();

/// KiB of resident memory now, and at most so far. Of this program alone: getrusage counts what the
/// process was before it ran it.
struct ResidentMemory {
  int64_t now_kib = 0;
  int64_t peak_kib = 0;
};
ResidentMemory Resident();

}  // namespace firn::bench
