#include "cli/command/catalog_choice.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "catalog/open/open_catalog.h"
#include "server/config/catalog_profiles.h"
#include "server/config/settings.h"

namespace firn::cli {
namespace {

/// A catalog's error in words for the server, of which `--uri` is all that can be given.
Error OfServer(const Error& error) {
  Error told(error.code(), error.message(), error.where());
  for (const auto& [key, value] : error.context()) {
    told.With(key, key == "hint" ? "is `firn serve` running there?" : value);
  }
  return told;
}

/// The server, with the storage that this process's FIRN_S3_ variables name.
Result<catalog::CatalogConfig> ServerConfigOf(const CatalogChoice& choice,
                                              const catalog::VariableLookup& variables) {
  bool plain = choice.uri.find("://") == std::string::npos;
  ASSIGN_OR_RETURN(
      catalog::CatalogConfig config,
      catalog::ReadCatalogProfile("",
                                  {{"type", "rest"},
                                   {"uri", plain ? "http://" + choice.uri : choice.uri},
                                   {"warehouse", choice.warehouse}},
                                  variables));
  for (const config::Key& key : config::Keys()) {
    auto value =
        key.name.starts_with("s3.") ? variables(config::EnvironmentName(key)) : std::nullopt;
    if (value && !value->empty()) {
      config.properties.emplace(key.name, *std::move(value));
    }
  }
  return config;
}

Result<catalog::CatalogConfig> ConfigOf(const CatalogChoice& choice,
                                        const catalog::VariableLookup& variables) {
  if (choice.catalog.empty()) {
    return ServerConfigOf(choice, variables);
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

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

void AddServerFlag(CLI::App& app, CatalogChoice& choice) {
  app.add_option("--uri", choice.uri,
                 fmt::format("The server, or else FIRN_URI, or else {}", kDefaultUri));
}

void AddWarehouseFlag(CLI::App& app, CatalogChoice& choice) {
  app.add_option("-w,--warehouse", choice.warehouse, "Warehouse; the default one if not given");
}

void AddElsewhereFlags(CLI::App& app, CatalogChoice& choice) {
  app.add_option("--catalog", choice.catalog,
                 "A catalog elsewhere, in place of the server: a URI, or a profile of --config; "
                 "or else FIRN_CATALOG");
  app.add_option("-c,--config", choice.config,
                 "Configuration file with the profile, [catalogs.NAME]")
      ->envname("FIRN_CONFIG");
}

Status Resolve(CatalogChoice& choice, Elsewhere elsewhere) {
  if (!choice.uri.empty() && !choice.catalog.empty()) {
    return Error(ErrorCode::kInvalidArgument, "--uri and --catalog are two ways to say it");
  }
  if (choice.uri.empty() && choice.catalog.empty() && elsewhere == Elsewhere::kMayBe) {
    choice.catalog = Variable("FIRN_CATALOG");
  }
  if (!choice.catalog.empty() && !choice.warehouse.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "--warehouse goes with --uri; a catalog elsewhere has it in its URI or profile");
  }
  if (choice.uri.empty() && choice.catalog.empty()) {
    choice.uri = Variable("FIRN_URI");
    choice.uri = choice.uri.empty() ? kDefaultUri : choice.uri;
  }
  return {};
}

Result<std::unique_ptr<catalog::Catalog>> OpenChosen(const CatalogChoice& choice) {
  catalog::CatalogEnvironment environment = catalog::ProcessEnvironment();
  ASSIGN_OR_RETURN(catalog::CatalogConfig config, ConfigOf(choice, environment.variables));
  auto opened = catalog::OpenCatalog(config, environment);
  return opened.has_value() || !choice.catalog.empty() ? std::move(opened)
                                                       : OfServer(opened.error());
}

}  // namespace firn::cli
