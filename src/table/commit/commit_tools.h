// CommitTools: what a commit takes from outside: time, randomness, pauses, threads. Tests own them.
//
// Thread-safety: the members must allow calls from any thread; they outlive what uses them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"

namespace firn::table {

struct CommitTools {
  const Clock& clock;
  /// 64 uniformly distributed bits.
  std::function<uint64_t()> random_bits;
  std::function<void(std::chrono::milliseconds)> sleep;
  ThreadPool& pool;
  /// Manifests read or written at a time.
  size_t parallelism = 16;
  /// Ends every summary: who wrote the snapshot (`engine-name`, `engine-version`, ...).
  std::vector<std::pair<std::string, std::string>> environment;
};

/// The system's; `clock` and `pool` are kept.
CommitTools SystemCommitTools(const Clock& clock, ThreadPool& pool);

}  // namespace firn::table
