#include <ctime>
#include <iterator>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include "server/http/response_head_internal.h"

namespace firn::http {
namespace {

/// The Date header's value, made once a second and thread.
std::string_view HttpDate() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    char buffer[64];
    size_t size = std::strftime(buffer, sizeof(buffer), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    text.assign(buffer, size);
    made_at = now;
  }
  return text;
}

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

void AppendResponseHead(const Response& response,
                        Persistence persistence,
                        Framing framing,
                        std::string& out) {
  auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  auto end = std::back_inserter(out);
  fmt::format_to(end, "HTTP/1.1 {} {}\r\n", response.status, std::string_view(reason));
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (!response.request_id.empty()) {
    out += "X-Request-Id: ";
    out += response.request_id;
    out += "\r\n";
  }
  if (framing == Framing::kChunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing == Framing::kLength && !HasNoBody(response.status)) {
    fmt::format_to(end, "Content-Length: {}\r\n", response.body_size());
  }
  out += "Date: ";
  out += HttpDate();
  if (persistence == Persistence::kClose) {
    out += "\r\nConnection: close";
  } else if (persistence == Persistence::kKeepAlive) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
}

}  // namespace firn::http
