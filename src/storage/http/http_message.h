// An HTTP request to a remote service and its response, as values. What S3, catalogs and token
// endpoints are spoken to with; the server's own messages are others (`server/http`).
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firn::storage::http {

struct Header {
  std::string name;
  std::string value;
};

using HeaderList = std::vector<Header>;

/// The connection that a request goes over.
enum class ConnectionUse : uint8_t {
  kPooled,  ///< One that is open already, where there is one. If that dies before a byte of the
            ///< answer has come, the request is sent again: it may be carried out twice.
  kFresh,   ///< A new one: sent once at most.
};

/// Largest body of a response with a status from 300 on: the rest is cut off, it only explains.
inline constexpr int64_t kMaxErrorBodyBytes = 64 * 1024;

struct HttpRequest {
  /// Upper case.
  std::string method;
  /// Absolute, `http` or `https`, percent-encoded: sent as it is.
  std::string url;
  HeaderList headers;
  /// Kept alive by the caller until the call returns; may be sent several times.
  std::string_view body;
  /// A larger body of a response with a status below 300 is kPayloadTooLarge.
  int64_t max_response_bytes = 1024 * 1024;
  ConnectionUse connection = ConnectionUse::kPooled;
};

struct HttpResponse {
  int status = 0;
  /// Names in lower case.
  HeaderList headers;
  /// Whole: a body that ended early is an error of the transport.
  std::string body;
};

/// The value of the first header of that name in any case; nullptr where there is none.
const std::string* FindHeader(const HeaderList& headers, std::string_view name);

/// Replaces every header of that name, in any case, by this one.
void SetHeader(HeaderList& headers, std::string_view name, std::string value);

}  // namespace firn::storage::http
