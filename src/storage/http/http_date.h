// Dates in HTTP headers (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace firn::storage::http {

/// nullopt where the text is no date.
std::optional<TimestampMs> ParseHttpDate(const std::string& text);

}  // namespace firn::storage::http
