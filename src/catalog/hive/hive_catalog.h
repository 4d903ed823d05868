// HiveCatalog: Catalog on a Hive Metastore, shared with Iceberg's Java library (Spark, Trino,
// Flink), PyIceberg and Hive itself: a PointerCatalog over a HiveStore. Opening touches no network.
//
// Errors: those of ParseHiveOptions. Thread-safety: any thread.
#pragma once

#include <memory>

#include "catalog/catalog.h"
#include "catalog/catalog_config.h"
#include "catalog/catalog_environment.h"
#include "catalog/hive/thrift/stream.h"

namespace firn::catalog::hive {

Result<std::unique_ptr<Catalog>> OpenHiveCatalog(const CatalogConfig& config,
                                                 const CatalogEnvironment& environment);

/// The same over connections of this dialer.
Result<std::unique_ptr<Catalog>> OpenHiveCatalogOver(std::unique_ptr<thrift::Dialer> dialer,
                                                     const CatalogConfig& config,
                                                     const CatalogEnvironment& environment);

}  // namespace firn::catalog::hive
