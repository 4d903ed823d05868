#include <utility>
#include <vector>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <fmt/format.h>

#include "server/http/request_head_internal.h"

namespace firn::http {
namespace {

using boost::beast::iequals;
using boost::beast::http::field;
using boost::beast::http::verb;

constexpr unsigned kHttp11 = 11;

std::string_view Trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t");
  size_t end = text.find_last_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

/// The members of all headers of that name, which are comma-separated lists.
std::vector<std::string_view> ListOf(const NativeRequest& message, field name) {
  std::vector<std::string_view> members;
  auto [first, last] = message.equal_range(name);
  for (; first != last; ++first) {
    std::string_view rest = first->value();
    while (true) {
      size_t comma = rest.find(',');
      members.push_back(Trim(rest.substr(0, comma)));
      if (comma == std::string_view::npos) {
        break;
      }
      rest.remove_prefix(comma + 1);
    }
  }
  return members;
}

std::optional<Refusal> CheckTransferEncoding(const NativeRequest& message) {
  std::vector<std::string_view> codings = ListOf(message, field::transfer_encoding);
  if (codings.empty()) {
    return std::nullopt;
  }
  size_t chunked = 0;
  for (std::string_view coding : codings) {
    chunked += iequals(coding, "chunked") ? 1 : 0;
  }
  bool unclear = message.version() < kHttp11 || message.count(field::content_length) > 0 ||
                 chunked != 1 || !iequals(codings.back(), "chunked");
  if (unclear) {
    return Refusal{.message = "Malformed HTTP request: unclear body length"};
  }
  if (codings.size() > 1) {
    return Refusal{501, ErrorCode::kUnsupported,
                   fmt::format("Transfer-Encoding not supported: {}", codings.front())};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckHost(const NativeRequest& message) {
  size_t hosts = message.count(field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= kHttp11)) {
    return Refusal{.message = "Malformed HTTP request: it must have one Host header"};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckExpect(const NativeRequest& message) {
  for (std::string_view expectation : ListOf(message, field::expect)) {
    if (!iequals(expectation, "100-continue")) {
      return Refusal{417, ErrorCode::kUnsupported,
                     fmt::format("Expectation not supported: {}", expectation)};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckContentEncoding(const NativeRequest& message) {
  for (std::string_view coding : ListOf(message, field::content_encoding)) {
    if (!coding.empty() && !iequals(coding, "identity")) {
      return Refusal{
          415, ErrorCode::kUnsupported,
          fmt::format("Content-Encoding not supported: {}; send the body as it is", coding)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> CheckHead(const NativeRequest& message) {
  for (auto* check : {CheckTransferEncoding, CheckHost, CheckExpect, CheckContentEncoding}) {
    if (auto refusal = check(message)) {
      return refusal;
    }
  }
  return std::nullopt;
}

bool ExpectsContinue(const NativeRequest& message) {
  return message.version() >= kHttp11 && message.count(field::expect) > 0;
}

Method MethodOf(boost::beast::http::verb method) {
  switch (method) {
    case verb::get:
      return Method::kGet;
    case verb::head:
      return Method::kHead;
    case verb::post:
      return Method::kPost;
    case verb::put:
      return Method::kPut;
    case verb::delete_:
      return Method::kDelete;
    case verb::options:
      return Method::kOptions;
    case verb::patch:
      return Method::kPatch;
    case verb::trace:
      return Method::kTrace;
    default:
      return Method::kOther;
  }
}

std::string_view OriginForm(std::string_view target) {
  size_t scheme = target.starts_with('/') ? std::string_view::npos : target.find("://");
  if (scheme == std::string_view::npos) {
    return target;
  }
  size_t path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos || target[path] == '?' ? "/" : target.substr(path);
}

}  // namespace firn::http
