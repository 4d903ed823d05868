// FeastViews: the features that a command asks for, met with Feast's registry: views to be joined,
// their names in the answer, and which columns they have in the tables.
//
// Errors: kNotFound for what the registry has not; kInvalidArgument naming a reference that is of
// none of the views (views on demand are computed by no server), a source that is no Iceberg table
// of the warehouse, or services that a command could mean whose keys differ. Thread-safety: plain
// values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/definitions/feast_registry.h"
#include "features/request/requested_join.h"
#include "server/flight/feast_command.h"

namespace firn::flight {

struct FeastViews {
  features::RequestedJoin join;
  /// Of each view of the join; a view without a created column has none that breaks ties.
  std::vector<const features::FeastView*> views;
  /// Features in the answer, in the order asked for, each once.
  std::vector<std::string> outputs;
  /// Entity columns of all keys, each once.
  std::vector<std::string> keys;
};

/// `registry` outlives what it gives; `warehouse` is the one that is served.
Result<FeastViews> ViewsOf(const features::FeastRegistry& registry,
                           const FeastCommand& command,
                           std::string_view warehouse);

/// Without `end` now, without `start` the greatest TTL before it, or 30 days.
struct DateRange {
  TimestampUs start;
  TimestampUs end;
};
DateRange DateRangeOf(const FeastViews& views, const FeastCommand& command, TimestampUs now);

}  // namespace firn::flight
