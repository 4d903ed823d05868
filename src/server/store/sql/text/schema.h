// The database's tables, as a list of migrations: forward only, each run once, in order. A change
// of the schema is a new entry at the end; entries that were released never change.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/store/sql/text/statement.h"

namespace firn::store::sql {

/// Migration k (from 1) leads from schema version k-1 to k.
std::span<const std::string_view> Migrations();

/// The schema version whose migration computes keys from the rows' locations, after its text.
inline constexpr int64_t kFillsObjectKeys = 4;

inline constexpr std::string_view kCreateSchemaVersion =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
inline constexpr Statement kReadSchemaVersion{"read_schema_version",
                                              "SELECT MAX(version), COUNT(*) FROM schema_version"};
inline constexpr Statement kAddSchemaVersion{
    "add_schema_version", "INSERT INTO schema_version (version) VALUES (:version)"};

}  // namespace firn::store::sql
