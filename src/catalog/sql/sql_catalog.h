// SqlCatalog: Catalog on the database of PyIceberg's SqlCatalog and Java's JdbcCatalog, SQLite or
// PostgreSQL; all three may use it at the same time: a PointerCatalog whose pointers are rows
// (catalog_database.h).
//
// Opening touches neither the database nor a table's files. Errors: those of ParseSqlOptions.
// Thread-safety: any thread.
#pragma once

#include <memory>

#include "catalog/catalog_config.h"
#include "catalog/catalog_environment.h"
#include "catalog/pointer/pointer_catalog.h"
#include "catalog/sql/sql_options.h"

namespace firn::catalog::sql {

class SqlCatalog final : public pointer::PointerCatalog {
 public:
  static Result<std::unique_ptr<Catalog>> Open(const CatalogConfig& config,
                                               const CatalogEnvironment& environment);

  /// On parts of the caller.
  SqlCatalog(const SqlOptions& options,
             std::shared_ptr<storage::ObjectStore> files,
             const Clock& clock);
};

}  // namespace firn::catalog::sql
