// Where tables and views lie: default locations, names of metadata files, and which locations a
// client may ask for.
//
// Errors: kInvalidArgument for a location that is malformed (`..`, control characters, an unknown
// scheme) or lies outside the warehouse and the allowed roots.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/table_identifier.h"
#include "base/uuid.h"
#include "server/service/environment.h"

namespace firn::service {

/// `<namespace location>/<name>-<first 12 hex digits of the uuid>`; the namespace's location is its
/// `location` property, else its levels below the warehouse.
std::string DefaultLocation(const store::WarehouseRecord& warehouse,
                            const store::NamespaceRecord& name_space,
                            std::string_view name,
                            const Uuid& uuid);

/// Checks a location that a client chose for a table, view or metadata file.
Status CheckAllowed(const Environment& environment,
                    const store::WarehouseRecord& warehouse,
                    std::string_view location);

/// `<folder>/<5-digit version>-<attempt>.metadata.json` (`.gz.metadata.json` when compressed).
std::string MetadataFileLocation(std::string_view folder,
                                 int64_t version,
                                 const Uuid& attempt,
                                 bool gzip);

/// The version in a metadata file's name; -1 where it has none.
int64_t MetadataFileVersion(std::string_view metadata_location);

}  // namespace firn::service
