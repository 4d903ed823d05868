// The CatalogStore on a SQLite file: the embedded default. One process at a time: opening takes a
// lock beside the file.
//
//   ASSIGN_OR_RETURN(auto store, sqlite::OpenSqliteStore({.path = "firn-data/catalog.db"}));
#pragma once

#include <memory>
#include <string>

#include "server/store/catalog_store.h"
#include "server/store/sql/migrate.h"
#include "server/store/sql/sql_catalog_store.h"

namespace firn::store::sqlite {

struct SqliteOptions {
  /// The file, made where missing; its folder must be there.
  std::string path;
  /// Bounds of SQLite's page caches: the writer's, and that of each reader.
  int64_t writer_cache_kib = 4096;
  int64_t reader_cache_kib = 1024;
  /// How long a lock that another process holds on the file (a backup, say) is waited for.
  int busy_timeout_ms = 5000;
  /// SQLite's file layer by name; empty: the system's.
  std::string vfs;
  /// `clock` may be left out: the system's.
  sql::SqlStoreOptions store;
};

/// Errors: kUnavailable where another process has the database; kUnsupported where a newer Firn
/// wrote it; kIoError, kInternal (damaged).
Result<std::unique_ptr<CatalogStore>> OpenSqliteStore(const SqliteOptions& options);

/// Brings a database that nobody has open to this program's schema; kTry only looks whether it can
/// be done. Errors: kNotFound where there is no such file; those of sql::Migrate and of
/// OpenSqliteStore.
enum class MigrateMode : uint8_t { kApply, kTry };
Result<sql::SchemaVersions> MigrateSqliteDatabase(const SqliteOptions& options, MigrateMode mode);

/// The engine alone, for tests that put something between it and the store.
Result<std::unique_ptr<sql::Engine>> OpenSqliteEngine(const SqliteOptions& options);

}  // namespace firn::store::sqlite
