// ViewFilter: what is certain of every feature row that can win, as a filter that partitions, files
// and row groups are pruned by: event times between the earliest entity time less the TTL and the
// latest, and keys that occur.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>

#include "features/join/entity_index.h"
#include "features/join/view_schema.h"
#include "iceberg/expression/expression.h"

namespace firn::features {

/// So many distinct keys are listed one by one, more by their range.
inline constexpr size_t kMaxListedKeys = 200;

/// `entities` has slots, its times in `schema.slot_unit`. True for no row where nothing can match.
iceberg::Expression ViewFilter(const JoinView& view,
                               const ViewSchema& schema,
                               const EntityIndex& entities);

/// Event times in [start_us, end_us], microseconds since 1970, as far as pruning takes them;
/// kNoTime and the greatest number are no bounds.
iceberg::Expression WindowFilter(const ViewSchema& schema, int64_t start_us, int64_t end_us);

}  // namespace firn::features
