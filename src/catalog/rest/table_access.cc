#include "catalog/rest/table_access.h"

#include <utility>

#include <fmt/format.h>

#include "catalog/rest/remote_signer.h"
#include "catalog/rest/rest_endpoints.h"
#include "catalog/rest/rest_paths.h"
#include "storage/http/uri.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;
using iceberg::PropertyMap;

constexpr std::string_view kRefreshEnabled = "client.refresh-credentials-enabled";
constexpr std::string_view kRefreshEndpoint = "client.refresh-credentials-endpoint";
constexpr StatusMeaning kOfTableAccess{.not_found = ErrorCode::kNoSuchTable};

/// The first of these that is there.
std::string FirstOf(const PropertyMap& properties, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    auto found = properties.find(std::string(name));
    if (found != properties.end() && !found->second.empty()) {
      return found->second;
    }
  }
  return {};
}

std::string Join(std::string_view base, std::string_view path) {
  if (IsAbsolute(path)) {
    return std::string(path);
  }
  while (base.ends_with('/')) {
    base.remove_suffix(1);
  }
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  return fmt::format("{}/{}", base, path);
}

bool SameHost(std::string_view one, std::string_view other) {
  http::UrlParts a = http::SplitUrl(one);
  http::UrlParts b = http::SplitUrl(other);
  return a.scheme == b.scheme && a.authority == b.authority;
}

Error AnotherHost(std::string_view what) {
  return Error(ErrorCode::kForbidden,
               fmt::format("The catalog wants its token sent to another host, as {}; only "
                           "your own configuration can say that",
                           what));
}

/// Everything that was said about a table, what its credentials say included.
PropertyMap AllConfig(const LoadedTable& loaded) {
  PropertyMap all = loaded.config;
  for (const ScopedOptions& credential : loaded.credentials) {
    for (const auto& [name, value] : credential.options) {
      all.insert_or_assign(name, value);
    }
  }
  return all;
}

/// Below which hosts requests may be sent: the catalog's, or what the user wrote.
bool MayAsk(const RestCore& core, const std::string& uri, std::string_view user_key) {
  return SameHost(uri, core.uri) || SameHost(uri, FirstOf(core.given, {user_key}));
}

std::string SignerUri(const RestCore& core,
                      const TableIdentifier& identifier,
                      const LoadedTable& loaded,
                      const PropertyMap& config) {
  std::string base = FirstOf(core.given, {"s3.signer.uri"});
  if (base.empty()) {
    base = FirstOf(config, {"signer.uri", "s3.signer.uri"});
  }
  std::string endpoint = FirstOf(config, {"signer.endpoint", "s3.signer.endpoint"});
  if (!endpoint.empty()) {
    return Join(base.empty() ? core.uri : base, endpoint);
  }
  if (base.empty() && (loaded.signing || core.Offers(endpoint::kSign))) {
    return core.paths.Sign(identifier);
  }
  return Join(base.empty() ? core.uri : base, kOldSignPath);
}

std::shared_ptr<http::RequestSigner> SignerFor(const std::shared_ptr<RestCore>& core,
                                               const TableIdentifier& identifier,
                                               const LoadedTable& loaded) {
  PropertyMap config = WithOptions(core->properties, AllConfig(loaded));
  SignerOptions options{.uri = SignerUri(*core, identifier, loaded, config),
                        .region = FirstOf(config, {"s3.region", "client.region"})};
  if (options.region.empty()) {
    options.region = "us-east-1";
  }
  if (loaded.signing) {
    options.properties = loaded.signing->properties;
    options.headers = loaded.signing->headers;
  }
  return std::make_shared<RemoteSigner>(std::move(options),
                                        [core](const Call& call) -> Result<http::HttpResponse> {
                                          if (!MayAsk(*core, call.url, "s3.signer.uri")) {
                                            return AnotherHost("s3.signer.uri");
                                          }
                                          return core->session.Send(call);
                                        });
}

Result<LoadedTable> LoadAgain(RestCore& core, const TableIdentifier& identifier) {
  ASSIGN_OR_RETURN(auto response,
                   core.Send(endpoint::kLoadTable, {.method = "GET",
                                                    .url = core.paths.Table(identifier),
                                                    .headers = DelegationHeaders(),
                                                    .meaning = kOfTableAccess}));
  return ParseLoadedTable(response.body);
}

/// Asks for what is vended, and for nothing else where the catalog can do that.
Result<LoadedTable> LoadAccess(RestCore& core,
                               const TableIdentifier& identifier,
                               const LoadedTable& before) {
  std::string named = FirstOf(AllConfig(before), {kRefreshEndpoint});
  if (named.empty() && !core.Offers(endpoint::kLoadCredentials)) {
    return LoadAgain(core, identifier);
  }
  std::string url = named.empty() ? core.paths.Credentials(identifier) : Join(core.uri, named);
  if (!SameHost(url, core.uri)) {
    return AnotherHost(kRefreshEndpoint);
  }
  ASSIGN_OR_RETURN(auto response,
                   core.session.Send({.method = "GET", .url = url, .meaning = kOfTableAccess}));
  LoadedTable after{.config = before.config, .credentials = {}, .signing = before.signing};
  ASSIGN_OR_RETURN(after.credentials, ParseCredentialsAnswer(response.body));
  if (after.credentials.empty()) {
    return LoadAgain(core, identifier);
  }
  // Those in the configuration, for clients that know no others, are over.
  for (std::string_view name :
       {std::string_view("s3.access-key-id"), std::string_view("s3.secret-access-key"),
        std::string_view("s3.session-token"), kExpiryOption}) {
    after.config.erase(std::string(name));
  }
  return after;
}

/// `signer` is the table's for good: what it was made of does not end.
FileAccess Access(const std::shared_ptr<RestCore>& core,
                  const TableIdentifier& identifier,
                  LoadedTable loaded,
                  const std::shared_ptr<http::RequestSigner>& signer) {
  FileAccess access{.options = WithOptions(core->properties, KnownFileOptions(loaded.config)),
                    .signer = signer};
  for (const ScopedOptions& credential : loaded.credentials) {
    access.scoped.push_back({credential.prefix, KnownFileOptions(credential.options)});
  }
  if (FirstOf(AllConfig(loaded), {kRefreshEnabled}) == "false") {
    return access;
  }
  loaded.metadata = nullptr;  // not kept alive for this
  access.renew = [core, identifier, loaded = std::move(loaded), signer]() -> Result<FileAccess> {
    ASSIGN_OR_RETURN(LoadedTable after, LoadAccess(*core, identifier, loaded));
    return Access(core, identifier, std::move(after), signer);
  };
  return access;
}

}  // namespace

http::HeaderList DelegationHeaders() {
  return {{"X-Iceberg-Access-Delegation", "vended-credentials,remote-signing"}};
}

FileAccess AccessTo(const std::shared_ptr<RestCore>& core,
                    const TableIdentifier& identifier,
                    const LoadedTable& loaded) {
  return Access(core, identifier, loaded, SignerFor(core, identifier, loaded));
}

}  // namespace firn::catalog::rest
