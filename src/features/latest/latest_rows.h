// LatestRows: of every key of a table the newest row with an event time in [start, end], both ends
// included: its key, the columns that are wanted, and its times. Ties as in a join
// (docs/behaviour.md, "Which row wins").
//
// Rows come by file and position: the same table gives the same order. Memory: the answer, and what
// KeyWinners holds. Errors: as of PointInTimeJoin; kPayloadTooLarge for more keys than
// `memory_bytes` hold. Thread-safety: pure, from any thread.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/event_times.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"

namespace firn::features {

struct LatestRequest {
  /// Of its keys only the table's side counts. `ttl_us` and `created_later` do not.
  JoinView view;
  /// Microseconds since 1970-01-01 UTC.
  int64_t start_us = kNoTime;
  int64_t end_us = std::numeric_limits<int64_t>::max();
  /// What the keys may take, with about 100 bytes each; the answer is beside it.
  int64_t memory_bytes = std::numeric_limits<int64_t>::max();
};

Result<std::shared_ptr<arrow::Table>> LatestRows(const JoinContext& context,
                                                 const LatestRequest& request);

}  // namespace firn::features
