// Where a table's files lie by default, and how its metadata files are called: what the server and
// the catalogs that write metadata themselves (catalog/sql) have in common. Views are laid out
// alike.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/table_identifier.h"
#include "base/uuid.h"

namespace firn::storage {

/// The namespace's levels as folders below the warehouse; one folder where they are too deep.
std::string DefaultNamespaceLocation(std::string_view warehouse, const NamespacePath& path);

/// `<namespace location>/<name>-<first 12 hex digits of the uuid>`: no two tables share a folder,
/// whatever is renamed, dropped and created again.
std::string DefaultTableLocation(std::string_view namespace_location,
                                 std::string_view name,
                                 const Uuid& uuid);

/// `<folder>/<5-digit version>-<attempt>.metadata.json` (`.gz.metadata.json` when compressed).
std::string MetadataFileLocation(std::string_view folder,
                                 int64_t version,
                                 const Uuid& attempt,
                                 bool gzip);

/// The version in a metadata file's name; -1 where it has none.
int64_t MetadataFileVersion(std::string_view metadata_location);

}  // namespace firn::storage
