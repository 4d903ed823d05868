// StoreStats: what a CatalogStore has counted since its start, for /metrics.
#pragma once

#include <cstdint>

#include "base/latency_histogram.h"

namespace firn::store {

struct StoreStats {
  /// Sessions for reads: how long callers waited for one, and how long they used it.
  LatencySnapshot reader_waits;
  LatencySnapshot reads;
  int64_t readers_in_use = 0;
  int64_t readers_max = 0;

  /// Changes: how long they waited for their group, and how long groups took, sync included.
  LatencySnapshot change_waits;
  LatencySnapshot groups;
  /// In all groups together.
  uint64_t changes = 0;
  int64_t changes_waiting = 0;

  /// Look-ups of an object's pointer, by where the answer was.
  uint64_t pointer_hits = 0;
  uint64_t pointer_misses = 0;
};

}  // namespace firn::store
