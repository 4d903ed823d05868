#include "storage/table_location.h"

#include <charconv>

#include <fmt/format.h>

#include "base/sha256.h"
#include "storage/location.h"

namespace firn::storage {
namespace {

/// A deeper namespace gets one folder named after a hash: file systems end paths at 4,096 bytes.
constexpr size_t kMaxNamespaceLocationBytes = 2048;

}  // namespace

std::string DefaultNamespaceLocation(std::string_view warehouse, const NamespacePath& path) {
  std::string location(warehouse);
  for (const std::string& level : path.levels) {
    location = JoinLocation(location, SafeSegment(level));
  }
  if (location.size() > kMaxNamespaceLocationBytes) {
    return JoinLocation(warehouse, Sha256Hex(path.ToString()).substr(0, 32));
  }
  return location;
}

std::string DefaultTableLocation(std::string_view namespace_location,
                                 std::string_view name,
                                 const Uuid& uuid) {
  std::string hex = uuid.ToString();
  std::erase(hex, '-');
  return JoinLocation(namespace_location,
                      fmt::format("{}-{}", SafeSegment(name), std::string_view(hex).substr(0, 12)));
}

std::string MetadataFileLocation(std::string_view folder,
                                 int64_t version,
                                 const Uuid& attempt,
                                 bool gzip) {
  return JoinLocation(folder, fmt::format("{:05}-{}{}.metadata.json", version, attempt.ToString(),
                                          gzip ? ".gz" : ""));
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

}  // namespace firn::storage
