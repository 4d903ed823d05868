#include "catalog/glue/glue_catalog.h"

#include <utility>

#include "catalog/files/table_files.h"
#include "catalog/glue/glue_store.h"
#include "catalog/pointer/pointer_catalog.h"

namespace firn::catalog::glue {

Result<std::unique_ptr<Catalog>> OpenGlueCatalog(const CatalogConfig& config,
                                                 const CatalogEnvironment& environment) {
  ASSIGN_OR_RETURN(GlueOptions options, ParseGlueOptions(config, environment.variables));
  ASSIGN_OR_RETURN(auto client, GlueClient::Make(options, environment));
  FileStores stores(environment.variables, environment.clock);
  auto files = stores.Open({.options = config.properties, .scoped = {}});
  std::string warehouse = options.warehouse;
  auto store = std::make_unique<GlueStore>(std::move(options), std::move(client));
  return std::make_unique<pointer::PointerCatalog>(std::move(store), std::move(warehouse),
                                                   std::move(files), environment.clock);
}

}  // namespace firn::catalog::glue
