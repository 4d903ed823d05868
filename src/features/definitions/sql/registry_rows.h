// RegistryRows: the tables of Feast's SQL registry that a join needs, and all SQL on them.
//
// Source: Feast 0.67, infra/registry/sql.py: `feature_views`, `stream_feature_views`,
// `data_sources` and `feature_services`, a row an object: project, name, and the object as its
// protobuf message. The message need not say its project; the row does.
//
// Errors: sql_connection.h; kPayloadTooLarge above kMaxRegistryBytes. Thread-safety: pure but for
// the connection.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/sql/sql_connection.h"

namespace firn::features {

inline constexpr int kRegistryTableCount = 4;

/// How many of the tables are there: one row, one number.
std::string SqliteTablesQuery();
/// Of the schemas in the search path.
std::string PostgresTablesQuery();

/// One text that is another one after any row was written or deleted.
std::string PostgresVersionQuery();

/// The rows of all projects as a feast.core.Registry, for ReadFeastRegistry.
Result<std::string> ReadRegistryRows(catalog::sql::SqlConnection& connection);

}  // namespace firn::features
