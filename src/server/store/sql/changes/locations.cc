#include "server/store/sql/changes/locations.h"

#include "server/store/sql/session/namespace_key.h"
#include "server/store/sql/text/objects.h"
#include "storage/location.h"

namespace firn::store::sql {

Result<LocationRange> RangeOf(std::string_view location) {
  ASSIGN_OR_RETURN(auto parsed, storage::Location::Parse(location));
  std::string key = parsed.Canonical();
  LocationRange range;
  size_t begin = key.find("://") + 3;
  for (size_t slash = key.find('/', begin); slash != std::string::npos;
       slash = key.find('/', slash + 1)) {
    range.upwards.push_back(key.substr(0, slash));
  }
  range.below = key + "/";
  range.below_end = key + "0";
  range.upwards.push_back(std::move(key));
  return range;
}

Status CheckLocationFree(const Change& change,
                         const LocationRange& range,
                         const TableIdentifier& identifier,
                         ObjectId self) {
  std::string path = NamespaceKey(identifier.name_space);
  bool taken = false;
  auto note = [&](const Row&) -> Status {
    taken = true;
    return {};
  };
  Session& session = change.session();
  for (const std::string& key : range.upwards) {
    RETURN_IF_ERROR(session.Query(kFindHolderAt,
                                  {{":location_key", key},
                                   {":self", self.value()},
                                   {":now", change.context.now.value()},
                                   {":warehouse", change.context.warehouse.value()},
                                   {":path", path},
                                   {":name", identifier.name}},
                                  note));
  }
  RETURN_IF_ERROR(session.Query(kFindHolderBelow,
                                {{":below", range.below},
                                 {":below_end", range.below_end},
                                 {":self", self.value()},
                                 {":now", change.context.now.value()},
                                 {":warehouse", change.context.warehouse.value()},
                                 {":path", path},
                                 {":name", identifier.name}},
                                note));
  if (taken) {
    return Error(ErrorCode::kInvalidArgument,
                 "Location overlaps that of another table: " + range.key());
  }
  return {};
}

}  // namespace firn::store::sql
