// RestCore: what a RestCatalog and the files of its tables share: the session with the catalog and
// what the catalog's configuration said. The files of a table outlive the catalog that gave it:
// they renew their credentials and have requests signed through it.
//
// Thread-safety: set up by one thread, then any.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "catalog/catalog_environment.h"
#include "catalog/rest/rest_options.h"
#include "catalog/rest/rest_paths.h"
#include "catalog/rest/rest_session.h"
#include "storage/http/http_transport.h"

namespace firn::catalog::rest {

struct RestCore {
  /// `own_transport`: where the environment brings none.
  RestCore(RestOptions chosen,
           std::unique_ptr<storage::http::HttpTransport> own_transport,
           const CatalogEnvironment& environment);

  /// kUnsupported where the catalog does not list it.
  Status CheckOffered(std::string_view endpoint) const;
  bool Offers(std::string_view endpoint) const { return endpoints.contains(endpoint); }
  /// Sends after CheckOffered.
  Result<storage::http::HttpResponse> Send(std::string_view endpoint, const Call& call);

  const std::unique_ptr<storage::http::HttpTransport> transport;
  storage::http::SystemSleeper sleeper;
  const RestOptions options;
  const Clock& clock;
  RestSession session;
  /// Without a trailing slash and without `/v1`: the configuration's, or what the catalog put in
  /// its place.
  std::string uri;
  RestPaths paths;
  std::set<std::string, std::less<>> endpoints;
  /// The user's own configuration.
  iceberg::PropertyMap given;
  /// It and the catalog's properties in one.
  iceberg::PropertyMap properties;
};

}  // namespace firn::catalog::rest
