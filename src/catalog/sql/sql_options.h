// SqlOptions: where the database of an SQL catalog is, from the properties that Iceberg's clients
// use.
//
// | name | meaning |
// | --- | --- |
// | uri | `sqlite:///file` as SQLAlchemy reads it: an absolute path has four slashes |
// | uri | `jdbc:sqlite:file` as Java's driver does |
// | warehouse | location below which new namespaces and tables lie |
//
// Errors: kInvalidArgument for another URI; kUnsupported for another database. No I/O, but that a
// relative path is joined to the working folder.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "catalog/catalog_config.h"

namespace firn::catalog::sql {

struct SqlOptions {
  /// Absolute.
  std::string path;
  /// Which of the catalogs in the file; empty: the only one, `default` where there is none.
  std::string name;
  /// Without trailing slashes.
  std::string warehouse;
  /// How long another process's lock is waited for.
  std::chrono::milliseconds busy_timeout{10'000};
  /// VFS by name, for tests; empty: the default one.
  std::string vfs;
};

Result<SqlOptions> ParseSqlOptions(const CatalogConfig& config);

}  // namespace firn::catalog::sql
