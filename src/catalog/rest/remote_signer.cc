#include "catalog/rest/remote_signer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/sha256.h"
#include "catalog/rest/rest_messages.h"
#include "storage/http/uri.h"

namespace firn::catalog::rest {
namespace {

namespace http = storage::http;

/// What an earlier signature added.
bool IsOfSignature(std::string_view name) {
  const std::string lower = ToLowerAscii(name);
  return lower == "authorization" || lower == "host" || lower == "x-amz-date" ||
         lower == "x-amz-security-token" || lower == "x-amz-content-sha256";
}

/// Without the parameters of an earlier signature.
std::string PlainUrl(std::string_view url) {
  size_t question = url.find('?');
  std::string plain(url.substr(0, question));
  std::string_view query = question == std::string_view::npos ? "" : url.substr(question + 1);
  char before = '?';
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (!pair.starts_with("X-Amz-")) {
      plain += before;
      plain += pair;
      before = '&';
    }
  }
  return plain;
}

bool DeletesMany(const http::HttpRequest& request) {
  std::string_view query = http::SplitUrl(request.url).query;
  return request.method == "POST" && (query == "delete" || query.starts_with("delete="));
}

}  // namespace

Status RemoteSigner::Sign(http::HttpRequest& request) {
  request.url = PlainUrl(request.url);
  std::erase_if(request.headers,
                [](const http::Header& header) { return IsOfSignature(header.name); });
  request.headers.push_back({"x-amz-content-sha256", Sha256Hex(request.body)});
  http::HeaderList headers = request.headers;
  headers.push_back({"Host", std::string(http::SplitUrl(request.url).authority)});
  std::string body = PrintSignRequest({.region = options_.region,
                                       .uri = request.url,
                                       .method = request.method,
                                       .headers = std::move(headers),
                                       .properties = options_.properties,
                                       .body = DeletesMany(request) ? request.body : ""});
  ASSIGN_OR_RETURN(auto response, send_({.method = "POST",
                                         .url = options_.uri,
                                         .body = body,
                                         .headers = options_.headers,
                                         .meaning = {}}));
  ASSIGN_OR_RETURN(SignedRequest answer, ParseSignedRequest(response.body));
  request.url = std::move(answer.uri);
  for (http::Header& header : answer.headers) {
    http::SetHeader(request.headers, header.name, std::move(header.value));
  }
  std::erase_if(request.headers, [](const http::Header& header) {
    return header.name == "Host" || header.name == "host";  // the transport's
  });
  return {};
}

}  // namespace firn::catalog::rest
