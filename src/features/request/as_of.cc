#include "features/request/as_of.h"

#include <fmt/format.h>

namespace firn::features {

Result<table::SnapshotSelector> StateAsOf(std::optional<TimestampMs> as_of, const Clock& clock) {
  if (!as_of) {
    return table::SnapshotSelector(table::CurrentSnapshot{});
  }
  if (*as_of > clock.Now()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("as-of: {} has not passed, so that the next commit changes what it "
                             "reads",
                             FormatUtc(*as_of)));
  }
  return table::SnapshotSelector(table::AsOf{*as_of});
}

}  // namespace firn::features
