// RestOptions: how a REST catalog is reached, from the properties that Iceberg's clients use.
//
// | name | meaning | default |
// | --- | --- | --- |
// | uri | `http(s)://host[:port][/path]`, what precedes `/v1` | required |
// | warehouse | told to the server, which answers with its prefix | the server's default |
// | prefix | in place of what the server says by default | |
// | token | bearer token | none |
// | credential | `client id:secret` or `secret`: tokens by OAuth2 client credentials | none |
// | oauth2-server-uri | where tokens are asked for; relative to `uri` | `v1/oauth/tokens` |
// | scope, audience, resource | sent along with that | `catalog`, none, none |
// | header.NAME | a header of every request to the catalog | |
// | rest.client.max-retries | attempts after the first | 5 |
// | rest.client.connection-timeout-ms | connection and TLS | 5000 |
// | rest.client.socket-timeout-ms | one attempt | 60000 |
// | ssl.cabundle | PEM file of trusted authorities | the system's |
//
// The credential goes where this configuration says, never where a server redirects.
// Errors: kInvalidArgument that names the option, never its value.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "catalog/catalog_config.h"
#include "storage/http/http_client.h"
#include "storage/http/http_message.h"

namespace firn::catalog::rest {

/// OAuth2 client credentials (RFC 6749 section 4.4).
struct OAuthOptions {
  /// Absolute.
  std::string token_uri;
  std::string client_id;
  /// Empty: no tokens are asked for.
  std::string client_secret;
  std::string scope = "catalog";
  std::string audience;
  std::string resource;
};

struct RestOptions {
  /// Without a trailing slash and without `/v1`.
  std::string uri;
  std::string warehouse;
  std::string token;
  OAuthOptions oauth;
  storage::http::HeaderList headers;
  std::string ca_file;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds attempt_timeout{60'000};
  storage::http::RetryPolicy retry;
};

Result<RestOptions> ParseRestOptions(const CatalogConfig& config);

/// A catalog's URI without what follows its path; kInvalidArgument where it is none or holds a
/// user.
Result<std::string> CheckCatalogUri(std::string uri);

}  // namespace firn::catalog::rest
