// EntityRows: an entity frame made of the tables of a join's views: every key and event time that a
// row of theirs has in [start, end], both ends included, once. What a training set is made for
// where nobody says for which entities.
//
// Columns: the entity columns of the views' keys, each once, in the order of the views and of the
// widest type that a view has for it, then the event time, as timestamp[us, UTC] (nanoseconds where
// a view's are). A row has the keys of the views it comes from; other columns are null, so that
// views by other keys match nothing. Rows without a whole key or a time are left out. Order: by
// view, then by the order of its table's scan.
//
// Memory: the frame and an index of it, of about 70 bytes a row and more for texts, within a limit;
// what a scan holds. Errors: kInvalidArgument as PointInTimeJoin, and where one entity column would
// have keys of two kinds, or an instant that another view's nanoseconds cannot hold;
// kPayloadTooLarge beyond the limit: ask for a shorter window; those of table::TableScan.
// Thread-safety: pure, from any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include <arrow/table.h>

#include "base/result.h"
#include "features/join/event_times.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"

namespace firn::features {

struct EntityWindow {
  /// Microseconds since 1970-01-01 UTC.
  int64_t start_us = kNoTime;
  int64_t end_us = std::numeric_limits<int64_t>::max();
};

/// `event_timestamp` is the name of the frame's column of times; `memory_bytes` are for the frame
/// and its index.
Result<std::shared_ptr<arrow::Table>> EntityRows(const JoinContext& context,
                                                 std::span<const JoinView> views,
                                                 const EntityWindow& window,
                                                 const std::string& event_timestamp,
                                                 int64_t memory_bytes);

}  // namespace firn::features
