#include "iceberg/schema/transform_value.h"

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/murmur3.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kEpochYear = 1970;
constexpr int64_t kMonthsPerYear = 12;
constexpr int64_t kNanosPerMicro = 1000;

Error CannotApply(const Transform& transform, const Type& type) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Invalid source type {} for transform: {}",
                                                        ToString(type), transform.ToString()));
}

int32_t Hash(std::string_view bytes) { return static_cast<int32_t>(Murmur3(bytes)); }

int32_t HashLong(int64_t value) { return Hash(EncodeLiteral(Literal(value))); }

bool IsNanos(TypeId id) { return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs; }

int64_t UnitsPerDay(TypeId id) {
  return IsNanos(id) ? kMicrosPerDay * kNanosPerMicro : kMicrosPerDay;
}

int64_t DaysOf(const Type& source, const Literal& value) {
  if (const auto* days = value.As<int32_t>()) {
    return *days;
  }
  return FloorDiv(*value.As<int64_t>(), UnitsPerDay(source.id()));
}

/// Year, month, day or hour, counted from the epoch. Of them only hours outgrow an int.
int64_t TimeOrdinal(TransformKind kind, const Type& source, const Literal& value) {
  if (kind == TransformKind::kHour) {
    constexpr int64_t kHoursPerDay = 24;
    return FloorDiv(*value.As<int64_t>(), UnitsPerDay(source.id()) / kHoursPerDay);
  }
  int64_t days = DaysOf(source, value);
  if (kind == TransformKind::kDay) {
    return days;
  }
  CivilDate date = CivilFromDays(days);
  int64_t years = date.year - kEpochYear;
  return kind == TransformKind::kYear ? years : years * kMonthsPerYear + date.month - 1;
}

/// v - (((v % w) + w) % w), wrapping where that is below the least integer.
template <class Int>
Int TruncateInt(Int value, int64_t width) {
  int64_t remainder = ((value % width) + width) % width;
  using Unsigned = std::make_unsigned_t<Int>;
  return static_cast<Int>(static_cast<Unsigned>(value) - static_cast<Unsigned>(remainder));
}

/// The first `count` code points.
std::string TruncateUtf8(std::string_view text, int32_t count) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    bool starts = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (starts && count-- == 0) {
      break;
    }
  }
  return std::string(text.substr(0, end));
}

Literal Truncate(const Literal& value, int32_t width) {
  if (const auto* narrow = value.As<int32_t>()) {
    return Literal(TruncateInt(*narrow, width));
  }
  if (const auto* wide = value.As<int64_t>()) {
    return Literal(TruncateInt(*wide, width));
  }
  if (const auto* decimal = value.As<Decimal>()) {
    Int128 remainder = (decimal->unscaled % width + width) % width;
    return Literal(Decimal{decimal->unscaled - remainder, decimal->scale});
  }
  if (const auto* text = value.As<std::string>()) {
    return Literal(TruncateUtf8(*text, width));
  }
  return Literal(Bytes{value.As<Bytes>()->data.substr(0, static_cast<size_t>(width))});
}

/// Whether the value is of the kind that values of the type have.
bool Fits(const Type& type, const Literal& value) {
  switch (type.id()) {
    case TypeId::kInt:
    case TypeId::kDate:
      return value.As<int32_t>() != nullptr;
    case TypeId::kString:
      return value.As<std::string>() != nullptr;
    case TypeId::kDecimal:
      return value.As<Decimal>() != nullptr;
    case TypeId::kUuid:
      return value.As<Uuid>() != nullptr;
    case TypeId::kFixed:
    case TypeId::kBinary:
      return value.As<Bytes>() != nullptr;
    default:
      return value.As<int64_t>() != nullptr;
  }
}

}  // namespace

Result<int32_t> BucketHash(const Type& type, const Literal& value) {
  Transform bucket = Transform::Bucket(1);
  if (!bucket.CanTransform(type) || !Fits(type, value)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot bucket by type: {}", ToString(type)));
  }
  if (const auto* narrow = value.As<int32_t>()) {
    return HashLong(*narrow);
  }
  if (const auto* wide = value.As<int64_t>()) {
    return HashLong(IsNanos(type.id()) ? FloorDiv(*wide, kNanosPerMicro) : *wide);
  }
  return Hash(EncodeLiteral(value));
}

Result<std::optional<Literal>> ApplyTransform(const Transform& transform,
                                              const Type& source,
                                              const Literal& value) {
  if (!transform.CanTransform(source)) {
    return CannotApply(transform, source);
  }
  switch (transform.kind()) {
    case TransformKind::kIdentity:
      return std::optional<Literal>(value);
    case TransformKind::kVoid:
      return std::optional<Literal>();
    case TransformKind::kUnknown:
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Cannot apply unsupported transform: {}", transform.ToString()));
    case TransformKind::kBucket: {
      ASSIGN_OR_RETURN(int32_t hash, BucketHash(source, value));
      int32_t positive = hash & std::numeric_limits<int32_t>::max();
      return std::optional<Literal>(Literal(positive % transform.parameter()));
    }
    default:
      break;
  }
  if (!Fits(source, value)) {
    return CannotApply(transform, source);
  }
  if (transform.kind() == TransformKind::kTruncate) {
    return std::optional<Literal>(Truncate(value, transform.parameter()));
  }
  int64_t ordinal = TimeOrdinal(transform.kind(), source, value);
  if (ordinal != static_cast<int32_t>(ordinal)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Cannot apply {}: the result is out of range", transform.ToString()));
  }
  return std::optional<Literal>(Literal(static_cast<int32_t>(ordinal)));
}

}  // namespace firn::iceberg
