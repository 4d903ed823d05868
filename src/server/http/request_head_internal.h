// What the server refuses by a request's head alone, and with which status: lengths that
// intermediaries could read differently, codings it does not know, a missing Host. Private to
// server/http. Sources: RFC 9110, RFC 9112.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/error.h"
#include "server/http/message.h"

namespace firn::http {

using NativeRequest = boost::beast::http::request<boost::beast::http::string_body>;

struct Refusal {
  int status = 400;
  ErrorCode code = ErrorCode::kInvalidArgument;
  std::string message;
};

/// nullopt where the head is fine. To be called when it is whole, before the body is read.
std::optional<Refusal> CheckHead(const NativeRequest& message);

/// True where the client waits for 100 Continue.
bool ExpectsContinue(const NativeRequest& message);

Method MethodOf(boost::beast::http::verb verb);

/// The target without the `http://host` of its absolute form (RFC 9112, 3.2.2).
std::string_view OriginForm(std::string_view target);

}  // namespace firn::http
