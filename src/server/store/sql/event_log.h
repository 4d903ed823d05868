// Numbers the events of a group of changes and writes them, with the versions that belong to them,
// as the last thing before COMMIT: so number order is commit order and there is no gap.
#pragma once

#include <span>

#include "base/result.h"
#include "server/store/sql/session/transaction.h"

namespace firn::store::sql {

/// `events` in the order in which they get their numbers.
Status WriteEvents(Session& session, std::span<const PendingEvent> events);

}  // namespace firn::store::sql
