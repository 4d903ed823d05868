// Where tables and views lie: default locations, and which locations a client may ask for.
//
// Errors: kInvalidArgument for a location that is malformed (`..`, control characters, an unknown
// scheme) or lies outside the warehouse and the allowed roots.
// Thread-safety: pure functions.
#pragma once

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

}  // namespace firn::service
