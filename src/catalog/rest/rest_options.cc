#include "catalog/rest/rest_options.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "catalog/rest/rest_paths.h"
#include "storage/http/uri.h"

namespace firn::catalog::rest {
namespace {

using std::chrono::milliseconds;
namespace http = storage::http;

constexpr std::string_view kHeaderPrefix = "header.";

Result<int64_t> Integer(const CatalogConfig& config,
                        std::string_view name,
                        int64_t absent,
                        int64_t least,
                        int64_t most) {
  std::string text = config.Get(name);
  if (text.empty()) {
    return absent;
  }
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} takes a whole number from {} to {}", name, least, most));
  }
  return value;
}

Result<OAuthOptions> ParseOAuth(const CatalogConfig& config, const std::string& uri) {
  OAuthOptions oauth{.audience = config.Get("audience"), .resource = config.Get("resource")};
  std::string credential = config.Get("credential");
  size_t colon = credential.find(':');
  oauth.client_secret = colon == std::string::npos ? credential : credential.substr(colon + 1);
  oauth.client_id = colon == std::string::npos ? "" : credential.substr(0, colon);
  if (!credential.empty() && oauth.client_secret.empty()) {
    return Error(ErrorCode::kInvalidArgument, "credential takes CLIENT_ID:SECRET or SECRET");
  }
  if (std::string scope = config.Get("scope"); !scope.empty()) {
    oauth.scope = std::move(scope);
  }
  std::string server = config.Get("oauth2-server-uri");
  if (server.empty()) {
    server = "v1/oauth/tokens";
  }
  if (!IsAbsolute(server)) {
    server = fmt::format("{}/{}", uri, server.substr(server.starts_with('/') ? 1 : 0));
  }
  oauth.token_uri = std::move(server);
  return oauth;
}

/// Names are as HTTP has them; what a value may hold the transport checks.
Status AddHeaders(const CatalogConfig& config, http::HeaderList& headers) {
  for (const auto& [name, value] : config.properties) {
    if (!name.starts_with(kHeaderPrefix)) {
      continue;
    }
    std::string header = name.substr(kHeaderPrefix.size());
    bool plain = !header.empty() && header.find_first_of(" \t\r\n:") == std::string::npos;
    if (!plain) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("{} names no header", name));
    }
    headers.push_back({std::move(header), value});
  }
  return {};
}

}  // namespace

Result<std::string> CheckCatalogUri(std::string uri) {
  http::UrlParts parts = http::SplitUrl(uri);
  bool plain = IsAbsolute(uri) && !parts.authority.empty() && !parts.authority.contains('@') &&
               !uri.contains('?') && !uri.contains('#');
  if (!plain) {
    return Error(ErrorCode::kInvalidArgument,
                 "uri of a catalog of type rest takes http(s)://HOST[:PORT][/PATH] without a user");
  }
  auto trim = [&uri] {
    while (uri.ends_with('/')) {
      uri.pop_back();
    }
  };
  trim();
  if (uri.ends_with("/v1")) {
    uri.resize(uri.size() - std::string_view("/v1").size());
    trim();
  }
  return uri;
}

Result<RestOptions> ParseRestOptions(const CatalogConfig& config) {
  RestOptions options{.warehouse = config.Get("warehouse"),
                      .token = config.Get("token"),
                      .ca_file = config.Get("ssl.cabundle")};
  ASSIGN_OR_RETURN(options.uri, CheckCatalogUri(config.Get("uri")));
  ASSIGN_OR_RETURN(options.oauth, ParseOAuth(config, options.uri));
  RETURN_IF_ERROR(AddHeaders(config, options.headers));
  constexpr int64_t kMostMs = 3'600'000;
  ASSIGN_OR_RETURN(int64_t retries, Integer(config, "rest.client.max-retries", 5, 0, 100));
  options.retry.max_attempts = static_cast<int>(retries) + 1;
  ASSIGN_OR_RETURN(int64_t connect_ms, Integer(config, "rest.client.connection-timeout-ms",
                                               options.connect_timeout.count(), 1, kMostMs));
  options.connect_timeout = milliseconds(connect_ms);
  ASSIGN_OR_RETURN(int64_t attempt_ms, Integer(config, "rest.client.socket-timeout-ms",
                                               options.attempt_timeout.count(), 1, kMostMs));
  options.attempt_timeout = milliseconds(attempt_ms);
  return options;
}

}  // namespace firn::catalog::rest
