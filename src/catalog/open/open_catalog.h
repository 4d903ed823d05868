// OpenCatalog: the catalog that a configuration names. The only place that knows every client.
//
//   ASSIGN_OR_RETURN(auto config, ReadCatalogUri("sqlite:///c.db?warehouse=/wh", variables));
//   ASSIGN_OR_RETURN(auto catalog, OpenCatalog(config, ProcessEnvironment()));
//
// Errors: kInvalidArgument for the configuration, before any I/O (CheckRequiredKeys); those of the
// client's Open. Thread-safety: any thread.
#pragma once

#include <memory>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/catalog_config.h"
#include "catalog/catalog_environment.h"

namespace firn::catalog {

/// The system's clock, this process's variables, the network.
CatalogEnvironment ProcessEnvironment();

Result<std::unique_ptr<Catalog>> OpenCatalog(const CatalogConfig& config,
                                             const CatalogEnvironment& environment);

}  // namespace firn::catalog
