#include "opened_table.h"

#include <utility>

#include "catalog/open/open_catalog.h"

namespace firn::bench {
namespace {

/// For requests to the store, of which more than one a core wait.
constexpr size_t kThreads = 32;

}  // namespace

Result<std::unique_ptr<catalog::Catalog>> OpenCatalog(const std::string& uri) {
  const catalog::CatalogEnvironment environment = catalog::ProcessEnvironment();
  ASSIGN_OR_RETURN(catalog::CatalogConfig config,
                   catalog::ReadCatalogUri(uri, environment.variables));
  return catalog::OpenCatalog(config, environment);
}

Result<std::unique_ptr<OpenedTable>> OpenedTable::Open(const std::string& catalog_uri,
                                                       const std::string& name,
                                                       size_t readers) {
  ASSIGN_OR_RETURN(auto catalog, OpenCatalog(catalog_uri));
  ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(name));
  ASSIGN_OR_RETURN(table::Table table, catalog->Load(identifier));
  return std::unique_ptr<OpenedTable>(
      new OpenedTable(std::move(catalog), std::move(table), readers));
}

OpenedTable::OpenedTable(std::unique_ptr<catalog::Catalog> catalog,
                         table::Table table,
                         size_t readers)
    : catalog_(std::move(catalog)),
      table_(std::move(table)),
      manifests_(0),
      pool_(kThreads),
      tools_(table::SystemCommitTools(clock_, pool_)),
      scan_{.manifests = manifests_, .pool = pool_, .readers = readers} {}

}  // namespace firn::bench
