// Which names namespaces, tables and views may have.
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"
#include "base/table_identifier.h"

namespace firn::service {

/// Longest level or name, in bytes.
inline constexpr size_t kMaxNameBytes = 512;
/// Deepest namespace.
inline constexpr size_t kMaxNamespaceLevels = 256;

/// Words behind /v1 that begin a route, or will: no warehouse is called like one.
inline constexpr std::array<std::string_view, 10> kReservedWords = {
    "config",       "oauth",  "namespaces", "tables",     "views",
    "transactions", "events", "aws",        "management", "catalogs"};

/// Any text but an empty one, up to the limit, without NUL and the unit separator (%1F), which
/// separates levels in URLs.
Status CheckName(std::string_view name, std::string_view what);
Status CheckNamespacePath(const NamespacePath& path);
Status CheckIdentifier(const TableIdentifier& identifier, std::string_view what);

}  // namespace firn::service
