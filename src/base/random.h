// Random numbers: one seedable, per-thread generator for ids. Not for secrets.
//
// Thread-safety: each thread has its own generator.
#pragma once

#include <cstdint>

namespace firn {

/// 64 uniformly distributed bits from this thread's generator, seeded by the operating system.
uint64_t RandomBits();

}  // namespace firn
