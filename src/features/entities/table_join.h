// JoinTables: a join whose entity frame is made of the views' own tables (entity_rows.h).
//
// Memory: half of the limit at most for the frame and, while it is made, its index; the join has
// what the frame leaves. Errors: those of EntityRows and JoinStream. Thread-safety: from any
// thread; what the context names outlives the stream.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "features/entities/entity_rows.h"
#include "features/join/join_context.h"
#include "features/join/join_request.h"
#include "features/join/join_stream.h"

namespace firn::features {

/// `memory_bytes` as JoinStream::Open has it.
Result<std::unique_ptr<JoinStream>> JoinTables(const JoinContext& context,
                                               JoinRequest request,
                                               const EntityWindow& window,
                                               int64_t memory_bytes);

}  // namespace firn::features
