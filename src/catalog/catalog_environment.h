// CatalogEnvironment: what a catalog client takes from the process around it, so that tests own the
// time, the environment and the network.
//
// Thread-safety: a plain value; what it refers to is used from the threads that call the catalog.
#pragma once

#include "base/clock.h"
#include "catalog/catalog_config.h"
#include "storage/http/http_transport.h"
#include "storage/http/sleeper.h"

namespace firn::catalog {

/// All that is referred to must outlive the catalog and the tables that it gave.
struct CatalogEnvironment {
  const Clock& clock;
  /// Where credentials of storages may come from.
  VariableLookup variables;
  /// None: the client has its own connections.
  storage::http::HttpTransport* transport = nullptr;
  /// None: the thread sleeps.
  storage::http::Sleeper* sleeper = nullptr;
};

}  // namespace firn::catalog
