// Durations as people write them: whole numbers and units, `7d`, `36h`, `1d12h`, `90s`, `250ms`,
// `5us`; `0` for none.
//
// Errors: kInvalidArgument for a text that is none, or beyond 2^63 microseconds.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace firn {

/// In microseconds.
Result<int64_t> ParseDuration(std::string_view text);

}  // namespace firn
