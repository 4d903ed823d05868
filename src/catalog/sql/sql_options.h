// SqlOptions: where the database of an SQL catalog is, from the properties that Iceberg's clients
// use.
//
// | name | meaning |
// | --- | --- |
// | uri | `sqlite:///file` as SQLAlchemy reads it: an absolute path has four slashes |
// | uri | `jdbc:sqlite:file` as Java's driver does |
// | uri | PostgreSQL: postgres_uri.h |
// | warehouse | location below which new namespaces and tables lie |
//
// Errors: kInvalidArgument for another URI; kUnsupported for another database. Never a value. No
// I/O, but that a relative path is joined to the working folder.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "catalog/catalog_config.h"
#include "catalog/sql/postgres_uri.h"

namespace firn::catalog::sql {

struct SqlOptions {
  /// SQLite's file, absolute.
  std::string path;
  /// Where the database is PostgreSQL; else empty.
  PostgresParameters postgres;
  /// Which of the catalogs in the database; empty: the only one, `default` where there is none.
  std::string name;
  /// Without trailing slashes.
  std::string warehouse;
  /// How long another process's lock is waited for; of PostgreSQL, how long a statement may take.
  std::chrono::milliseconds busy_timeout{10'000};
  /// VFS by name, for tests; empty: the default one.
  std::string vfs;
};

Result<SqlOptions> ParseSqlOptions(const CatalogConfig& config);

}  // namespace firn::catalog::sql
