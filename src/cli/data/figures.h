// Numbers and times as people read them.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace firn::cli {

/// `1,234,567`.
std::string Count(int64_t number);
/// `0 B`, `1023 B`, `1.5 KiB`, `12 MiB`.
std::string Bytes(int64_t bytes);
/// `2026-11-29 08:00:00.123`, UTC.
std::string Time(TimestampMs time);
/// `1 file`, `2 files`.
std::string Counted(int64_t number, std::string_view noun);

}  // namespace firn::cli
