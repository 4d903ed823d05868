// The id of a request: what the client says in X-Request-Id, or a new one. It is in the answer, the
// access log and the audit.
//
// Thread-safety: any thread.
#pragma once

#include <string>

#include "server/http/message.h"

namespace firn::http {

/// 15 characters [0-9a-z]: random ones of this process, then a number that counts up. Needs no
/// allocation.
std::string NewRequestId();

/// The client's, where it is 1 to 128 printable ASCII characters without spaces; else a new one.
std::string RequestIdOf(const Request& request);

}  // namespace firn::http
