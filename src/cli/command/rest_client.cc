#include "cli/command/rest_client.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "storage/http/curl_transport.h"
#include "storage/http/uri.h"

namespace firn::cli {
namespace {

namespace http = storage::http;

constexpr std::chrono::seconds kTimeout{60};
/// An answer larger than this is refused.
constexpr int64_t kMaxAnswerBytes = int64_t{1} << 30;

/// Without the user and password before the host, for messages.
std::string Redacted(std::string_view uri) {
  const size_t scheme = uri.find("://");
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::string_view authority = uri.substr(begin);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  return at == std::string_view::npos
             ? std::string(uri)
             : fmt::format("{}***{}", uri.substr(0, begin), uri.substr(begin + at));
}

/// The message of a body in the error model; an error where it is none.
Result<std::string> ErrorMessage(const std::string& body) {
  ASSIGN_OR_RETURN(auto document, json::Document::Parse(body));
  ASSIGN_OR_RETURN(auto root, json::AsObject(document.root(), "answer"));
  ASSIGN_OR_RETURN(auto error, json::GetObject(root, "error"));
  ASSIGN_OR_RETURN(std::string_view message, json::GetString(error, "message"));
  return std::string(message);
}

Error NoUri(std::string_view text) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("--uri takes http://HOST:PORT or https://..., not: {}", Redacted(text)));
}

ErrorCode CodeOf(int status) {
  if (status == 404) {
    return ErrorCode::kNotFound;
  }
  if (status == 409) {
    return ErrorCode::kAlreadyExists;
  }
  if (status == 401 || status == 403) {
    return ErrorCode::kForbidden;
  }
  if (status == 429 || status == 503) {
    return ErrorCode::kUnavailable;
  }
  return status < 500 ? ErrorCode::kInvalidArgument : ErrorCode::kInternal;
}

}  // namespace

Result<std::unique_ptr<RestClient>> RestClient::Make(std::string uri, std::string warehouse) {
  // Within kTimeout the server may take its time.
  ASSIGN_OR_RETURN(auto transport, http::CurlTransport::Make(
                                       {.connect_timeout = kTimeout, .stall_timeout = kTimeout}));
  std::string given = uri;
  while (uri.ends_with('/')) {
    uri.pop_back();
  }
  if (given.find("://") == std::string::npos) {
    uri = "http://" + uri;
  }
  if (!uri.starts_with("http://") && !uri.starts_with("https://")) {
    return NoUri(given);
  }
  return std::unique_ptr<RestClient>(
      new RestClient(std::move(uri), std::move(warehouse), std::move(transport)));
}

RestClient::RestClient(std::string uri,
                       std::string warehouse,
                       std::unique_ptr<storage::http::HttpTransport> transport)
    : uri_(std::move(uri)), warehouse_(std::move(warehouse)), transport_(std::move(transport)) {}
RestClient::~RestClient() = default;

Result<std::string> RestClient::Get(std::string_view path) {
  return Send("GET", CatalogUrl(path), {});
}
Result<std::string> RestClient::Post(std::string_view path, std::string_view body) {
  return Send("POST", CatalogUrl(path), body);
}
Result<std::string> RestClient::Delete(std::string_view path) {
  return Send("DELETE", CatalogUrl(path), {});
}
Result<std::string> RestClient::GetManagement(std::string_view path) {
  return Send("GET", ManagementUrl(path), {});
}
Result<std::string> RestClient::PostManagement(std::string_view path, std::string_view body) {
  return Send("POST", ManagementUrl(path), body);
}
Result<std::string> RestClient::DeleteManagement(std::string_view path) {
  return Send("DELETE", ManagementUrl(path), {});
}

Result<std::string> RestClient::Send(std::string_view method,
                                     const std::string& url,
                                     std::string_view body) {
  const bool reads = method == "GET";
  http::HttpRequest request{
      .method = std::string(method),
      .url = url,
      .headers = {},
      .body = body,
      .max_response_bytes = kMaxAnswerBytes,
      .connection = reads ? http::ConnectionUse::kPooled : http::ConnectionUse::kFresh};
  if (method == "POST") {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  auto answer = transport_->RoundTrip(request, std::chrono::steady_clock::now() + kTimeout);
  if (!answer.has_value() && answer.error().code() == ErrorCode::kInvalidArgument) {
    return NoUri(uri_);
  }
  if (!answer.has_value()) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("No answer from {}: {}. Is `firn serve` running?", Redacted(uri_),
                             answer.error().message()));
  }
  return BodyOf(*std::move(answer));
}

Result<std::string> RestClient::BodyOf(storage::http::HttpResponse answer) const {
  const int status = answer.status;
  if (status >= 400) {
    auto message = ErrorMessage(answer.body);
    if (message.has_value() && !message->empty()) {
      return Error(CodeOf(status), *std::move(message));
    }
  }
  const std::string* type = http::FindHeader(answer.headers, "content-type");
  const bool json = type != nullptr && type->starts_with("application/json");
  if (status >= 300 || (!answer.body.empty() && !json)) {
    const bool busy = status >= 502 && status <= 504;  // a proxy before it
    return Error(busy ? ErrorCode::kUnavailable : ErrorCode::kInternal,
                 fmt::format("{} does not answer as a catalog does: status {}, {}", Redacted(uri_),
                             status, type == nullptr ? "no content type" : *type));
  }
  return std::move(answer.body);
}

std::string RestClient::CatalogUrl(std::string_view path) const {
  if (warehouse_.empty()) {
    return fmt::format("{}/v1/{}", uri_, path);
  }
  return fmt::format("{}/v1/{}/{}", uri_, EncodeText(warehouse_), path);
}

std::string RestClient::ManagementUrl(std::string_view path) const {
  return fmt::format("{}/management/v1/{}", uri_, path);
}

std::string EncodeText(std::string_view text) {
  return http::UriEncode(text, http::Slash::kEncode);
}

std::string EncodeNamespace(const NamespacePath& path) {
  std::string joined;
  for (const std::string& level : path.levels) {
    joined += (joined.empty() ? "" : "%1F") + EncodeText(level);
  }
  return joined;
}

std::string NamespaceUrl(const NamespacePath& path) {
  return "namespaces/" + EncodeNamespace(path);
}

std::string ObjectUrl(const TableIdentifier& identifier, std::string_view kind) {
  return fmt::format("{}/{}/{}", NamespaceUrl(identifier.name_space), kind,
                     EncodeText(identifier.name));
}

}  // namespace firn::cli
