#include "server/service/locations.h"

#include <fmt/format.h>

#include "storage/location.h"
#include "storage/table_location.h"

namespace firn::service {
std::string DefaultLocation(const store::WarehouseRecord& warehouse,
                            const store::NamespaceRecord& name_space,
                            std::string_view name,
                            const Uuid& uuid) {
  auto property = name_space.properties.find("location");
  std::string base = property != name_space.properties.end()
                         ? std::string(storage::TrimTrailingSlashes(property->second))
                         : storage::DefaultNamespaceLocation(warehouse.location, name_space.path);
  return storage::DefaultTableLocation(base, name, uuid);
}

namespace {

/// True where `wanted` lies below `root`.
Result<bool> LiesBelow(std::string_view root, const storage::Location& wanted) {
  ASSIGN_OR_RETURN(storage::Location location, storage::Location::Parse(root));
  return location.Contains(wanted) && !(location == wanted);
}

/// Percent signs are ordinary characters in locations, but some clients decode them: a location
/// must not mean `..` to those.
Status CheckNoEncodedDots(std::string_view location) {
  for (size_t i = location.find("%2"); i != std::string_view::npos;
       i = location.find("%2", i + 1)) {
    std::string_view digit = location.substr(i + 2, 1);
    if (digit == "e" || digit == "E" || digit == "f" || digit == "F") {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Invalid location, it holds an encoded dot or slash: {}", location));
    }
  }
  return {};
}

}  // namespace

Status CheckAllowed(const Environment& environment,
                    const store::WarehouseRecord& warehouse,
                    std::string_view location) {
  RETURN_IF_ERROR(CheckNoEncodedDots(location));
  ASSIGN_OR_RETURN(storage::Location wanted, storage::Location::Parse(location));
  ASSIGN_OR_RETURN(bool inside, LiesBelow(warehouse.location, wanted));
  for (const std::string& allowed : environment.options.allowed_locations) {
    ASSIGN_OR_RETURN(bool below, LiesBelow(allowed, wanted));
    inside = inside || below;
  }
  if (!inside) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Location {} is outside the warehouse {} and storage.allowed_locations",
                    location, warehouse.location));
  }
  return {};
}

}  // namespace firn::service
