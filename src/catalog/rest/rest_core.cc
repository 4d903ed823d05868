#include "catalog/rest/rest_core.h"

#include <utility>

namespace firn::catalog::rest {

RestCore::RestCore(RestOptions chosen,
                   std::unique_ptr<storage::http::HttpTransport> own_transport,
                   const CatalogEnvironment& environment)
    : transport(std::move(own_transport)),
      options(std::move(chosen)),
      clock(environment.clock),
      session(options,
              environment.transport != nullptr ? *environment.transport : *transport,
              environment.sleeper != nullptr ? *environment.sleeper : sleeper,
              environment.clock),
      uri(options.uri),
      paths(options.uri, "", kDefaultSeparator) {}

Status RestCore::CheckOffered(std::string_view endpoint) const {
  if (Offers(endpoint)) {
    return {};
  }
  return Error(ErrorCode::kUnsupported,
               "The server of this catalog (type rest) does not offer this: use one that does")
      .With("endpoint", std::string(endpoint));
}

Result<storage::http::HttpResponse> RestCore::Send(std::string_view endpoint, const Call& call) {
  RETURN_IF_ERROR(CheckOffered(endpoint));
  return session.Send(call);
}

}  // namespace firn::catalog::rest
