#include "columnar/write/data_locations.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/murmur3.h"
#include "storage/location.h"

namespace firn::columnar {
namespace {

using iceberg::PropertyMap;

constexpr std::string_view kEnabledProperty = "write.object-storage.enabled";
constexpr std::string_view kPartitionedProperty = "write.object-storage.partitioned-paths";
/// The first that is set counts.
constexpr std::array<std::string_view, 2> kPlainFolders = {"write.data.path",
                                                           "write.folder-storage.path"};
constexpr std::array<std::string_view, 3> kObjectFolders = {
    "write.data.path", "write.object-storage.path", "write.folder-storage.path"};

std::string FolderOf(std::string_view table,
                     const PropertyMap& properties,
                     std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    auto found = properties.find(std::string(name));
    if (found != properties.end() && !found->second.empty()) {
      return std::string(storage::TrimTrailingSlashes(found->second));
    }
  }
  return storage::JoinLocation(table, "data");
}

/// The last two names of a location, or the one that there is.
std::string ContextOf(std::string_view table) {
  const size_t scheme = table.find(':');
  std::string_view path = table.substr(scheme == std::string_view::npos ? 0 : scheme + 1);
  if (path.starts_with("//")) {
    path = path.substr(std::min(path.find('/', 2), path.size()));  // behind the bucket
  }
  const size_t name = path.rfind('/');
  const size_t parent =
      name == std::string_view::npos || name == 0 ? name : path.rfind('/', name - 1);
  return std::string(path.substr(parent == std::string_view::npos ? 0 : parent + 1));
}

/// The low twenty bits of the hash, highest first: three folders of four and the rest.
std::string Spread(std::string_view name) {
  const uint32_t hash = Murmur3(name);
  return fmt::format("{:04b}/{:04b}/{:04b}/{:08b}", hash >> 16 & 15, hash >> 12 & 15,
                     hash >> 8 & 15, hash & 255);
}

}  // namespace

DataLocations::DataLocations(std::string_view table_location, const PropertyMap& properties)
    : partitioned_(iceberg::BoolProperty(properties, kPartitionedProperty, true)) {
  const std::string_view table = storage::TrimTrailingSlashes(table_location);
  if (!iceberg::BoolProperty(properties, kEnabledProperty, false)) {
    partitioned_ = true;
    folder_ = FolderOf(table, properties, kPlainFolders);
    return;
  }
  layout_ = Layout::kObjectStorage;
  folder_ = FolderOf(table, properties, kObjectFolders);
  if (!folder_.starts_with(table)) {
    context_ = ContextOf(table);
  }
}

std::string DataLocations::LocationOf(std::string_view partition, std::string_view name) const {
  std::string file(name);
  if (partitioned_ && !partition.empty()) {
    file = fmt::format("{}/{}", partition, name);
  }
  if (layout_ == Layout::kPlain) {
    return storage::JoinLocation(folder_, file);
  }
  const std::string spread = Spread(file);
  if (!context_.empty()) {
    return fmt::format("{}/{}/{}/{}", folder_, spread, context_, file);
  }
  return fmt::format("{}/{}{}{}", folder_, spread, partitioned_ ? '/' : '-', file);
}

}  // namespace firn::columnar
