#include "catalog/hive/hive_catalog.h"

#include <utility>

#include "catalog/files/table_files.h"
#include "catalog/hive/hive_store.h"
#include "catalog/hive/thrift/tcp_stream.h"
#include "catalog/pointer/pointer_catalog.h"

namespace firn::catalog::hive {

Result<std::unique_ptr<Catalog>> OpenHiveCatalog(const CatalogConfig& config,
                                                 const CatalogEnvironment& environment) {
  return OpenHiveCatalogOver(std::make_unique<thrift::TcpDialer>(environment.clock), config,
                             environment);
}

Result<std::unique_ptr<Catalog>> OpenHiveCatalogOver(std::unique_ptr<thrift::Dialer> dialer,
                                                     const CatalogConfig& config,
                                                     const CatalogEnvironment& environment) {
  ASSIGN_OR_RETURN(HiveOptions options, ParseHiveOptions(config, environment.variables));
  FileStores stores(environment.variables, environment.clock);
  auto files = stores.Open({.options = config.properties, .scoped = {}});
  std::string warehouse = options.warehouse;
  auto client = std::make_unique<HiveClient>(options, environment.clock, std::move(dialer));
  auto store = std::make_unique<HiveStore>(std::move(options), std::move(client), environment.clock,
                                           environment.sleeper);
  return std::make_unique<pointer::PointerCatalog>(std::move(store), std::move(warehouse),
                                                   std::move(files), environment.clock);
}

}  // namespace firn::catalog::hive
