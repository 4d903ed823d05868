// Times as people write them, in commands and requests.
//
// `2026-11-29`, `2026-11-29 08:00`, `2026-11-29T08:00:00.5`, with `Z` or an offset of zero, or
// none: UTC; or a whole number of milliseconds since the epoch.
//
// Errors: kInvalidArgument. Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace firn::iceberg {

Result<TimestampUs> ReadTimeUs(std::string_view text);
/// Floored to milliseconds.
Result<TimestampMs> ReadTime(std::string_view text);

}  // namespace firn::iceberg
