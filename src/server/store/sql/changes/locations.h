// Which locations are taken: those of live tables, of staged ones until they expire, and of tables
// whose purge is not done. No two may be equal or one below the other. Looked up by index only:
// each ancestor by equality, descendants by one range.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/store/sql/changes/change.h"

namespace firn::store::sql {

/// The key itself, and below it.
struct LocationRange {
  /// The canonical location and everything above it, outermost first.
  std::vector<std::string> upwards;
  /// What lies below has a key between these, exclusive.
  std::string below;
  std::string below_end;

  const std::string& key() const { return upwards.back(); }
};

/// Errors: kInvalidArgument for a location that is none.
Result<LocationRange> RangeOf(std::string_view location);

/// Refuses a location that another table holds. `self` is the object that asks (none: a new one);
/// what is staged under `identifier` does not count.
/// Errors: kInvalidArgument.
Status CheckLocationFree(const Change& change,
                         const LocationRange& range,
                         const TableIdentifier& identifier,
                         ObjectId self);

}  // namespace firn::store::sql
