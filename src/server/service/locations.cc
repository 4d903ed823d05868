#include "server/service/locations.h"

#include <charconv>

#include <fmt/format.h>

#include "storage/location.h"

namespace firn::service {

std::string DefaultLocation(const store::WarehouseRecord& warehouse,
                            const store::NamespaceRecord& name_space,
                            std::string_view name,
                            const Uuid& uuid) {
  std::string base;
  auto property = name_space.properties.find("location");
  if (property != name_space.properties.end()) {
    base = storage::TrimTrailingSlashes(property->second);
  } else {
    base = warehouse.location;
    for (const std::string& level : name_space.path.levels) {
      base = storage::JoinLocation(base, storage::SafeSegment(level));
    }
  }
  std::string hex = uuid.ToString();
  std::erase(hex, '-');
  return storage::JoinLocation(
      base, fmt::format("{}-{}", storage::SafeSegment(name), std::string_view(hex).substr(0, 12)));
}

Status CheckAllowed(const Environment& environment,
                    const store::WarehouseRecord& warehouse,
                    std::string_view location) {
  ASSIGN_OR_RETURN(storage::Location wanted, storage::Location::Parse(location));
  ASSIGN_OR_RETURN(storage::Location root, storage::Location::Parse(warehouse.location));
  if (root.Contains(wanted) && !(root == wanted)) {
    return {};
  }
  for (const std::string& allowed : environment.options.allowed_locations) {
    ASSIGN_OR_RETURN(storage::Location extra, storage::Location::Parse(allowed));
    if (extra.Contains(wanted) && !(extra == wanted)) {
      return {};
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Location {} is outside the warehouse {} and storage.allowed_locations",
                           location, warehouse.location));
}

std::string MetadataFileLocation(std::string_view folder,
                                 int64_t version,
                                 const Uuid& attempt,
                                 bool gzip) {
  return storage::JoinLocation(folder, fmt::format("{:05}-{}{}.metadata.json", version,
                                                   attempt.ToString(), gzip ? ".gz" : ""));
}

int64_t MetadataFileVersion(std::string_view metadata_location) {
  std::string_view name = metadata_location.substr(metadata_location.rfind('/') + 1);
  if (name.starts_with('v')) {  // Hadoop tables: v3.metadata.json
    name.remove_prefix(1);
  }
  int64_t version = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  bool ends_well = end < name.data() + name.size() && (*end == '-' || *end == '.');
  return error == std::errc() && ends_well && version >= 0 ? version : -1;
}

}  // namespace firn::service
