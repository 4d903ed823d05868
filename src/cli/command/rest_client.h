// RestClient: the command line's way to a running server, over storage/http's transport. Changes
// are sent once at most.
//
// Errors: kUnavailable where nothing answers; an answer in the error model becomes the error with
// its message (kNotFound for 404, kAlreadyExists for 409, kForbidden for 401 and 403, kUnavailable
// for 429 and 503, kInvalidArgument for other 4xx, kInternal else); kInternal for an answer that is
// no catalog's. None has the user or password of the server's URI.
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/table_identifier.h"
#include "storage/http/http_transport.h"

namespace firn::cli {

class RestClient {
 public:
  /// `uri` is the server's, for example http://127.0.0.1:8181 (http where it names no scheme);
  /// `warehouse` a name or empty. Errors: kInvalidArgument for another scheme, or no host.
  static Result<std::unique_ptr<RestClient>> Make(std::string uri, std::string warehouse);
  ~RestClient();

  /// `path` lies below /v1[/warehouse]. The answer's body; empty for 204.
  Result<std::string> Get(std::string_view path);
  Result<std::string> Post(std::string_view path, std::string_view body);
  Result<std::string> Delete(std::string_view path);
  // The same below /management/v1.
  Result<std::string> GetManagement(std::string_view path);
  Result<std::string> PostManagement(std::string_view path, std::string_view body);
  Result<std::string> DeleteManagement(std::string_view path);

 private:
  RestClient(std::string uri,
             std::string warehouse,
             std::unique_ptr<storage::http::HttpTransport> transport);
  Result<std::string> Send(std::string_view method, const std::string& url, std::string_view body);
  Result<std::string> BodyOf(storage::http::HttpResponse answer) const;
  std::string CatalogUrl(std::string_view path) const;
  std::string ManagementUrl(std::string_view path) const;

  std::string uri_;
  std::string warehouse_;
  std::unique_ptr<storage::http::HttpTransport> transport_;
};

/// Percent-encoded, for one segment of a path or a value of a query.
std::string EncodeText(std::string_view text);
/// `a%1Fb`.
std::string EncodeNamespace(const NamespacePath& path);
/// `namespaces/a%1Fb`.
std::string NamespaceUrl(const NamespacePath& path);
/// `namespaces/a%1Fb/<kind>/name`; `kind` is tables or views.
std::string ObjectUrl(const TableIdentifier& identifier, std::string_view kind);

}  // namespace firn::cli
