// DataLocations: where a table's data and delete files go, by its properties, as the reference
// implementation's location providers say:
//
//   plain           <folder>/<partition>/<name>
//   object storage  <folder>/0101/0110/1001/10110010/<partition>/<name>
//
// `write.object-storage.enabled` chooses the second: twenty bits of a hash of what follows, so that
// object stores spread the load over prefixes. Where the folder is not the table's own (its text
// does not begin with the table's location) `<namespace>/<table>`, the last two names of that
// location, come before the partition. With `write.object-storage.partitioned-paths=false` there is
// no partition, and without those two names the last bits join the file's name: `10110010-<name>`.
//
// The folder is `write.data.path`; else for object storage `write.object-storage.path`, else
// `write.folder-storage.path` (both deprecated); else `data` below the table's location.
//
// Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/metadata/table_properties.h"

namespace firn::columnar {

class DataLocations {
 public:
  DataLocations(std::string_view table_location, const iceberg::PropertyMap& properties);

  /// `partition` is `a=1/b=2`, or empty.
  std::string LocationOf(std::string_view partition, std::string_view name) const;

  /// Below which all files lie; no trailing slash.
  const std::string& folder() const { return folder_; }

 private:
  enum class Layout : uint8_t { kPlain, kObjectStorage };

  std::string folder_;
  Layout layout_ = Layout::kPlain;
  /// Whether partitions are part of the locations.
  bool partitioned_ = true;
  /// `<namespace>/<table>`; empty where the folder is the table's own.
  std::string context_;
};

}  // namespace firn::columnar
