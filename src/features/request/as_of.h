// A moment whose state of the tables is asked for. One that has not passed is refused: the next
// commit would change what it reads, and nobody could make the answer again.
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "table/plan/snapshot_selection.h"

namespace firn::features {

/// Without `as_of` the current state.
Result<table::SnapshotSelector> StateAsOf(std::optional<TimestampMs> as_of, const Clock& clock);

}  // namespace firn::features
