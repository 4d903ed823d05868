#include "server/service/locations.h"

#include <charconv>

#include <fmt/format.h>

#include "base/sha256.h"
#include "storage/location.h"

namespace firn::service {
namespace {

/// A deeper namespace gets one folder named after a hash: file systems end paths at 4,096 bytes.
constexpr size_t kMaxNamespaceLocationBytes = 2048;

}  // namespace

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
    if (base.size() > kMaxNamespaceLocationBytes) {
      base = storage::JoinLocation(warehouse.location,
                                   Sha256Hex(name_space.path.ToString()).substr(0, 32));
    }
  }
  std::string hex = uuid.ToString();
  std::erase(hex, '-');
  return storage::JoinLocation(
      base, fmt::format("{}-{}", storage::SafeSegment(name), std::string_view(hex).substr(0, 12)));
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
  constexpr int64_t kMaxVersion = 1'000'000'000;
  bool in_range = version >= 0 && version <= kMaxVersion;
  return error == std::errc() && ends_well && in_range ? version : -1;
}

}  // namespace firn::service
