// Dates and times of day as the Iceberg specification counts them, and their ISO-8601 text. The
// proleptic Gregorian calendar, no leap seconds, no time zones but UTC.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn::iceberg {

inline constexpr int64_t kMicrosPerDay = 86'400'000'000;

struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;  ///< 1 to 12
  int32_t day = 1;    ///< 1 to 31
};

/// Days since 1970-01-01.
int64_t DaysFromCivil(const CivilDate& date);
CivilDate CivilFromDays(int64_t days);

/// What one unit of a timestamp is.
enum class TimeUnit : uint8_t { kMicros, kNanos };
/// Whether the text of a timestamp ends in `+00:00`.
enum class ZoneText : uint8_t { kNone, kUtc };

// Parsing: nullopt for malformed text and values out of range.
std::optional<int32_t> ParseIsoDate(std::string_view text);
/// Microseconds of the day; seconds and fraction may be absent.
std::optional<int64_t> ParseIsoTime(std::string_view text);
/// Since the epoch. kUtc demands `Z` or a zero offset, kNone demands none.
std::optional<int64_t> ParseIsoTimestamp(std::string_view text, TimeUnit unit, ZoneText zone);

// Printing: the fraction has as many digits as it needs, none where it is zero.
std::string FormatIsoDate(int32_t days);
std::string FormatIsoTime(int64_t micros);
std::string FormatIsoTimestamp(int64_t value, TimeUnit unit, ZoneText zone);

/// Rounds towards negative infinity; `b` is positive.
constexpr int64_t FloorDiv(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace firn::iceberg
