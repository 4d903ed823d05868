// GlueCatalog: Catalog on AWS Glue's Data Catalog, shared with Iceberg's Java library, PyIceberg
// and AWS' engines: a PointerCatalog over a GlueStore. Opening touches no network.
//
// Errors: those of ParseGlueOptions. Thread-safety: any thread.
#pragma once

#include <memory>

#include "catalog/catalog.h"
#include "catalog/catalog_config.h"
#include "catalog/catalog_environment.h"

namespace firn::catalog::glue {

Result<std::unique_ptr<Catalog>> OpenGlueCatalog(const CatalogConfig& config,
                                                 const CatalogEnvironment& environment);

}  // namespace firn::catalog::glue
