#include "catalog/sql/sql_catalog.h"

#include <utility>

#include "catalog/files/table_files.h"
#include "catalog/sql/catalog_database.h"
#include "catalog/sql/postgres_database.h"
#include "catalog/sql/sqlite_connection.h"

namespace firn::catalog::sql {
namespace {

std::unique_ptr<SqlDatabase> DatabaseOf(const SqlOptions& options) {
  if (options.postgres.empty()) {
    return std::make_unique<SqliteDatabase>(options);
  }
  return std::make_unique<PostgresDatabase>(options);
}

}  // namespace

Result<std::unique_ptr<Catalog>> SqlCatalog::Open(const CatalogConfig& config,
                                                  const CatalogEnvironment& environment) {
  ASSIGN_OR_RETURN(SqlOptions options, ParseSqlOptions(config));
  FileStores stores(environment.variables, environment.clock);
  auto files = stores.Open({.options = config.properties, .scoped = {}});
  return std::make_unique<SqlCatalog>(options, std::move(files), environment.clock);
}

SqlCatalog::SqlCatalog(const SqlOptions& options,
                       std::shared_ptr<storage::ObjectStore> files,
                       const Clock& clock)
    : PointerCatalog(std::make_unique<CatalogDatabase>(DatabaseOf(options), options.name),
                     options.warehouse,
                     std::move(files),
                     clock) {}

}  // namespace firn::catalog::sql
