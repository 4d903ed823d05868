// Prints a response's status line and headers. Private to server/http.
#pragma once

#include <string>

#include "server/http/message.h"

namespace firn::http {

/// Appends status line, headers, Content-Length, Date and, unless `keep_alive`, Connection: close.
void AppendResponseHead(const Response& response, bool keep_alive, std::string& out);

}  // namespace firn::http
