#include <string>

#include "iceberg/expression/instant_text_internal.h"
#include "iceberg/schema/transform_value.h"

namespace firn::iceberg {
namespace {

/// Takes the zone off the end of a time of day; its offset in nanoseconds, 0 where there is none,
/// nullopt where it is malformed.
std::optional<Int128> TakeOffset(std::string_view& time) {
  if (time.ends_with('Z') || time.ends_with('z')) {
    time.remove_suffix(1);
    return 0;
  }
  size_t sign = time.find_first_of("+-");
  if (sign == std::string_view::npos) {
    return 0;
  }
  std::string offset(time.substr(sign + 1));
  bool west = time[sign] == '-';
  time = time.substr(0, sign);
  if (offset.size() == 2) {
    offset += ":00";
  } else if (offset.size() == 4) {
    offset.insert(2, ":");
  }
  auto micros = ParseIsoTime(offset);
  if (!micros) {
    return std::nullopt;
  }
  Int128 nanos = Int128{*micros} * 1000;
  return west ? -nanos : nanos;
}

std::optional<Int128> NanosOfDay(std::string_view time) {
  return ParseIsoTimestamp("1970-01-01T" + std::string(time), TimeUnit::kNanos, ZoneText::kNone);
}

}  // namespace

std::optional<Int128> ParseInstant(std::string_view text, ZoneText zone) {
  size_t separator = text.find_first_of("Tt ");
  auto days = ParseIsoDate(text.substr(0, separator));
  if (!days) {
    return std::nullopt;
  }
  Int128 midnight = *days * kNanosPerDay;
  if (separator == std::string_view::npos) {
    return midnight;
  }
  std::string_view time = text.substr(separator + 1);
  std::optional<Int128> offset = 0;
  if (zone == ZoneText::kUtc) {
    offset = TakeOffset(time);
  }
  auto nanos = NanosOfDay(time);
  if (!offset || !nanos) {
    return std::nullopt;
  }
  return midnight + *nanos - *offset;
}

std::optional<int32_t> ParseTimeOrdinal(TransformKind kind, std::string_view text) {
  std::string full(text);
  if (kind == TransformKind::kYear) {
    full += "-01-01";
  } else if (kind == TransformKind::kMonth) {
    full += "-01";
  } else {
    full += ":00";
  }
  auto nanos = ParseInstant(full, ZoneText::kNone);
  if (!nanos) {
    return std::nullopt;
  }
  auto micros = static_cast<int64_t>(*nanos / 1000);
  auto ordinal =
      ApplyTransform(Transform::Plain(kind), *Type::Plain(TypeId::kTimestamp), Literal(micros));
  if (!ordinal.has_value() || !*ordinal) {
    return std::nullopt;
  }
  return *(*ordinal)->As<int32_t>();
}

}  // namespace firn::iceberg
