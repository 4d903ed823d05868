// Which bodies a call takes: JSON, for some Arrow, nothing else, so that a page in somebody's
// browser cannot make that browser call Firn. A browser sends text, forms and bodies without a type
// to any host without asking first; JSON it does not. Such a call names its page in `Origin`, which
// no catalog client sends.
//
// Errors: kInvalidArgument. Thread-safety: pure function.
#pragma once

#include <string_view>

#include "base/result.h"
#include "server/http/message.h"

namespace firn::rest {

/// Arrow IPC, which a browser sends to no other host either without asking first.
inline constexpr std::string_view kArrowStream = "application/vnd.apache.arrow.stream";

/// True where that is the body's type.
bool IsArrowStream(const http::Request& request);

enum class BodyTypes : uint8_t { kJson, kJsonOrArrow };

/// Refuses a POST whose Content-Type is another than `application/json` (or kArrowStream, where it
/// is taken), and one without any that comes from a page.
Status CheckContentType(const http::Request& request, BodyTypes taken);

}  // namespace firn::rest
