#include "cli/command/catalog_choice.h"

#include <fmt/format.h>

#include "catalog/open/open_catalog.h"
#include "server/config/catalog_profiles.h"

namespace firn::cli {
namespace {

Result<catalog::CatalogConfig> ConfigOf(const CatalogChoice& choice,
                                        const catalog::VariableLookup& variables) {
  if (choice.catalog.empty()) {
    return catalog::ReadCatalogProfile(
        "", {{"type", "rest"}, {"uri", choice.uri}, {"warehouse", choice.warehouse}}, variables);
  }
  if (catalog::LooksLikeCatalogUri(choice.catalog)) {
    return catalog::ReadCatalogUri(choice.catalog, variables);
  }
  if (choice.config.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("--catalog {} is a profile: name its file by --config or FIRN_CONFIG, "
                             "or give a URI",
                             choice.catalog));
  }
  ASSIGN_OR_RETURN(auto keys, config::LoadCatalogProfile(choice.config, choice.catalog));
  return catalog::ReadCatalogProfile(choice.catalog, keys, variables);
}

}  // namespace

void AddServerFlag(CLI::App& app, CatalogChoice& choice) {
  app.add_option("--uri", choice.uri, "The server, for example http://127.0.0.1:8181")
      ->envname("FIRN_URI");
}

void AddWarehouseFlag(CLI::App& app, CatalogChoice& choice) {
  app.add_option("-w,--warehouse", choice.warehouse, "Warehouse; the default one if not given");
}

void AddElsewhereFlags(CLI::App& app, CatalogChoice& choice) {
  app.add_option("--catalog", choice.catalog,
                 "A catalog elsewhere, in place of the server: a URI, or a profile of --config")
      ->envname("FIRN_CATALOG");
  app.add_option("-c,--config", choice.config,
                 "Configuration file with the profile, [catalogs.NAME]")
      ->envname("FIRN_CONFIG");
}

Result<std::unique_ptr<catalog::Catalog>> OpenChosen(const CatalogChoice& choice) {
  catalog::CatalogEnvironment environment = catalog::ProcessEnvironment();
  ASSIGN_OR_RETURN(catalog::CatalogConfig config, ConfigOf(choice, environment.variables));
  return catalog::OpenCatalog(config, environment);
}

}  // namespace firn::cli
