// CommitCounters: how changes of tables and views ended, and how often they were tried, for
// /metrics.
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace firn::service {

struct CommitCounters {
  /// Changes that took effect: creations, commits that wrote something, registrations, drops. A
  /// transaction is one; a replay or a rename is none.
  std::atomic<uint64_t> committed = 0;
  /// Refused: a requirement does not hold, or another change came first too often.
  std::atomic<uint64_t> conflicts = 0;
  /// Done again inside the server because another change came first.
  std::atomic<uint64_t> retries = 0;
  /// Appends that were put on top of another commit, where their clients had not seen it.
  std::atomic<uint64_t> rebased = 0;
  /// Nobody can tell whether they took effect.
  std::atomic<uint64_t> unknown = 0;
};

}  // namespace firn::service
