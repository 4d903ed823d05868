// RemoteSigner: requests to S3 signed by a catalog, which alone knows the keys (REST: signRequest,
// schemas RemoteSignRequest and RemoteSignResult). Every request to S3 costs one to the catalog;
// a refusal of it is kForbidden, and the request is not sent.
//
// The body goes along for DeleteObjects alone, whose body names what is deleted; of others the hash
// does. Errors: those of RestSession; kInternal for an answer that is none.
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "catalog/rest/rest_session.h"
#include "storage/http/http_client.h"

namespace firn::catalog::rest {

struct SignerOptions {
  /// Absolute.
  std::string uri;
  std::string region;
  /// Go along with every request as they are.
  iceberg::PropertyMap properties;
  storage::http::HeaderList headers;
};

class RemoteSigner final : public storage::http::RequestSigner {
 public:
  /// Sends to the catalog.
  using Send = std::function<Result<storage::http::HttpResponse>(const Call& call)>;

  RemoteSigner(SignerOptions options, Send send)
      : options_(std::move(options)), send_(std::move(send)) {}

  Status Sign(storage::http::HttpRequest& request) override;

 private:
  const SignerOptions options_;
  const Send send_;
};

}  // namespace firn::catalog::rest
