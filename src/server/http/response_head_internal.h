// Prints a response's status line and headers. Private to server/http.
#pragma once

#include <cstdint>
#include <string>

#include "server/http/message.h"

namespace firn::http {

/// What the answer says about the connection.
enum class Persistence : uint8_t {
  kDefault,    ///< Nothing: HTTP/1.1 keeps it.
  kKeepAlive,  ///< To a client of HTTP/1.0 that asked for it.
  kClose,
};

/// How the client finds the end of a body.
enum class Framing : uint8_t {
  kLength,    ///< Content-Length.
  kChunked,   ///< Pieces of their own length, the last one empty.
  kUntilEnd,  ///< Of the connection: for HTTP/1.0, with Persistence::kClose.
};

/// Appends status line, headers, X-Request-Id, Content-Length or Transfer-Encoding, Date and
/// Connection.
void AppendResponseHead(const Response& response,
                        Persistence persistence,
                        Framing framing,
                        std::string& out);

}  // namespace firn::http
