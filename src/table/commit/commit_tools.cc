#include "table/commit/commit_tools.h"

#include <thread>

#include "base/random.h"

namespace firn::table {

CommitTools SystemCommitTools(const Clock& clock, ThreadPool& pool) {
  return {.clock = clock,
          .random_bits = RandomBits,
          .sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
          .pool = pool,
          .environment = {{"engine-name", "firn"}}};
}

}  // namespace firn::table
