#include "iceberg/schema/time_text.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "iceberg/schema/civil_time.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kMicrosOfMilli = 1000;
constexpr int64_t kMaxMillis = std::numeric_limits<int64_t>::max() / kMicrosOfMilli;
constexpr int64_t kMaxDays = std::numeric_limits<int64_t>::max() / kMicrosPerDay;
constexpr size_t kDateLength = 10;
/// `2026-11-29T08:00`.
constexpr size_t kMinuteLength = 16;

std::optional<int64_t> ParseMillis(std::string_view text) {
  int64_t millis = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), millis);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole && millis <= kMaxMillis && millis >= -kMaxMillis ? std::optional(millis)
                                                                : std::nullopt;
}

std::optional<int64_t> ParseMicros(std::string text) {
  if (text.size() > kDateLength && text[kDateLength] == ' ') {
    text[kDateLength] = 'T';
  }
  if (text.size() == kMinuteLength) {
    text += ":00";
  }
  auto local = ParseIsoTimestamp(text, TimeUnit::kMicros, ZoneText::kNone);
  return local ? local : ParseIsoTimestamp(text, TimeUnit::kMicros, ZoneText::kUtc);
}

}  // namespace

Result<TimestampUs> ReadTimeUs(std::string_view text) {
  if (auto millis = ParseMillis(text)) {
    return TimestampUs(*millis * kMicrosOfMilli);
  }
  if (auto days = ParseIsoDate(text); days && std::abs(int64_t{*days}) <= kMaxDays) {
    return TimestampUs(*days * kMicrosPerDay);
  }
  if (auto micros = ParseMicros(std::string(text))) {
    return TimestampUs(*micros);
  }
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("Not a time: {}; write 2026-11-29 or 2026-11-29T08:00:00, in UTC", text));
}

Result<TimestampMs> ReadTime(std::string_view text) {
  ASSIGN_OR_RETURN(TimestampUs time, ReadTimeUs(text));
  return TimestampMs(FloorDiv(time.value(), kMicrosOfMilli));
}

}  // namespace firn::iceberg
