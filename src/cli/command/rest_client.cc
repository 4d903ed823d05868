#include "cli/command/rest_client.h"

#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/json_reader.h"
#include "server/http/url.h"

namespace firn::cli {
namespace {

constexpr long kTimeoutSeconds = 60;
/// An answer larger than this is refused.
constexpr size_t kMaxAnswerBytes = size_t{1} << 30;

size_t Append(char* data, size_t size, size_t count, void* target) {
  auto* text = static_cast<std::string*>(target);
  if (text->size() + size * count > kMaxAnswerBytes) {
    return 0;
  }
  text->append(data, size * count);
  return size * count;
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
               fmt::format("--uri takes http://HOST:PORT or https://..., not: {}", text));
}

ErrorCode CodeOf(long status) {
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

struct RestClient::Curl {
  CURL* handle = curl_easy_init();
  ~Curl() { curl_easy_cleanup(handle); }
};

Result<std::unique_ptr<RestClient>> RestClient::Make(std::string uri, std::string warehouse) {
  auto curl = std::make_unique<Curl>();
  if (curl->handle == nullptr) {
    return Error(ErrorCode::kInternal, "libcurl cannot be initialised");
  }
  std::string given = uri;
  while (uri.ends_with('/')) {
    uri.pop_back();
  }
  if (uri.find("://") == std::string::npos && given.find("://") == std::string::npos) {
    uri = "http://" + uri;
  }
  if (!uri.starts_with("http://") && !uri.starts_with("https://")) {
    return NoUri(given);
  }
  return std::unique_ptr<RestClient>(
      new RestClient(std::move(uri), std::move(warehouse), std::move(curl)));
}

RestClient::RestClient(std::string uri, std::string warehouse, std::unique_ptr<Curl> curl)
    : uri_(std::move(uri)), warehouse_(std::move(warehouse)), curl_(std::move(curl)) {}
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
  CURL* handle = curl_->handle;
  curl_easy_reset(handle);
  std::string answer;
  std::string method_text(method);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method_text.c_str());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all);
  if (method == "POST") {
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    // Its size is told below. NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT) {
    return NoUri(uri_);
  }
  if (code != CURLE_OK) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("No answer from {}: {}. Is `firn serve` running?", uri_,
                             curl_easy_strerror(code)));
  }
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
  if (status >= 400) {
    auto message = ErrorMessage(answer);
    if (message.has_value() && !message->empty()) {
      return Error(CodeOf(status), *std::move(message));
    }
  }
  bool json = type != nullptr && std::string_view(type).starts_with("application/json");
  if (status >= 300 || (!answer.empty() && !json)) {
    bool busy = status >= 502 && status <= 504;  // a proxy before it
    return Error(busy ? ErrorCode::kUnavailable : ErrorCode::kInternal,
                 fmt::format("{} does not answer as a catalog does: status {}, {}", uri_, status,
                             type == nullptr ? "no content type" : type));
  }
  return answer;
}

std::string RestClient::CatalogUrl(std::string_view path) const {
  if (warehouse_.empty()) {
    return fmt::format("{}/v1/{}", uri_, path);
  }
  return fmt::format("{}/v1/{}/{}", uri_, http::PercentEncode(warehouse_), path);
}

std::string RestClient::ManagementUrl(std::string_view path) const {
  return fmt::format("{}/management/v1/{}", uri_, path);
}

std::string EncodeNamespace(const NamespacePath& path) {
  std::string joined;
  for (const std::string& level : path.levels) {
    joined += (joined.empty() ? "" : "%1F") + http::PercentEncode(level);
  }
  return joined;
}

std::string NamespaceUrl(const NamespacePath& path) {
  return "namespaces/" + EncodeNamespace(path);
}

std::string ObjectUrl(const TableIdentifier& identifier, std::string_view kind) {
  return fmt::format("{}/{}/{}", NamespaceUrl(identifier.name_space), kind,
                     http::PercentEncode(identifier.name));
}

}  // namespace firn::cli
