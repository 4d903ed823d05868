// Which bodies a changing call takes: JSON only, so that a page in somebody's browser cannot make
// that browser call Firn. A browser sends text, forms and bodies without a type to any host without
// asking first; JSON it does not. Such a call names its page in `Origin`, which no catalog client
// sends.
//
// Errors: kInvalidArgument. Thread-safety: pure function.
#pragma once

#include "base/result.h"
#include "server/http/message.h"

namespace firn::rest {

/// Refuses a POST whose Content-Type is another than `application/json`, and one without any that
/// comes from a page.
Status CheckContentType(const http::Request& request);

}  // namespace firn::rest
