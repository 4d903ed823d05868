#include "iceberg/expression/literal_conversion.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/hex.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/instant_text_internal.h"
#include "iceberg/expression/number_text_internal.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/decimal_text.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

constexpr Int128 kNanosPerMicro = 1000;

Error CannotConvert(const Constant& constant, const Type& type) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Invalid value for conversion to type {}: {} ({})", ToString(type),
                           ToString(constant), ToString(*constant.type)));
}

Position At(Literal value) { return {Position::Kind::kAt, std::move(value)}; }

template <class T>
Result<Position> AtParsed(const Constant& constant, const Type& type, std::optional<T> value) {
  if (!value) {
    return CannotConvert(constant, type);
  }
  return At(Literal(std::move(*value)));
}

/// Of a decimal.
constexpr Int128 kMaxUnscaled = [] {
  Int128 power = 1;
  for (int digit = 0; digit < kMaxDecimalPrecision; ++digit) {
    power *= 10;
  }
  return power - 1;
}();

/// An exact number cut to an integer.
struct Cut {
  enum class Range : uint8_t { kFits, kBelow, kAbove };

  Int128 floor = 0;
  bool exact = true;
  /// Whether Int128 holds it.
  Range range = Range::kFits;
};

/// floor(number * 10^scale).
Cut CutAtScale(const Decimal& number, int32_t scale) {
  Cut cut{.floor = number.unscaled};
  for (int32_t step = number.scale; step < scale && cut.floor != 0; ++step) {
    Int128 next = 0;
    if (__builtin_mul_overflow(cut.floor, Int128{10}, &next)) {
      cut.range = number.unscaled < 0 ? Cut::Range::kBelow : Cut::Range::kAbove;
      return cut;
    }
    cut.floor = next;
  }
  for (int32_t step = number.scale; step > scale && cut.floor != 0; --step) {
    Int128 remainder = cut.floor % 10;
    cut.exact = cut.exact && remainder == 0;
    if (cut.floor == -1) {
      break;  // and stays it
    }
    cut.floor = cut.floor / 10 - (remainder < 0 ? 1 : 0);
  }
  return cut;
}

template <class Int>
Position PlaceInt(const Cut& cut) {
  constexpr Int kMin = std::numeric_limits<Int>::min();
  constexpr Int kMax = std::numeric_limits<Int>::max();
  if (cut.range == Cut::Range::kBelow || (cut.range == Cut::Range::kFits && cut.floor < kMin)) {
    return {Position::Kind::kBelowMin, Literal(kMin)};
  }
  if (cut.range == Cut::Range::kAbove || cut.floor > kMax || (cut.floor == kMax && !cut.exact)) {
    return {Position::Kind::kAboveMax, Literal(kMax)};
  }
  return {cut.exact ? Position::Kind::kAt : Position::Kind::kAbove,
          Literal(static_cast<Int>(cut.floor))};
}

Position PlaceDecimal(const Cut& cut, int32_t scale) {
  const bool fits = cut.range == Cut::Range::kFits;
  if (cut.range == Cut::Range::kBelow || (fits && cut.floor < -kMaxUnscaled)) {
    return {Position::Kind::kBelowMin, Literal(Decimal{0, scale})};
  }
  if (cut.range == Cut::Range::kAbove || cut.floor > kMaxUnscaled ||
      (cut.floor == kMaxUnscaled && !cut.exact)) {
    return {Position::Kind::kAboveMax, Literal(Decimal{0, scale})};
  }
  return {cut.exact ? Position::Kind::kAt : Position::Kind::kAbove,
          Literal(Decimal{cut.floor, scale})};
}

bool IsInteger(const Type& type) { return type.id() == TypeId::kInt || type.id() == TypeId::kLong; }

/// The exact value of a number; nullopt for any other constant.
std::optional<Decimal> NumberOf(const Constant& constant) {
  switch (constant.type->id()) {
    case TypeId::kInt:
      return Decimal{*constant.value.As<int32_t>(), 0};
    case TypeId::kLong:
      return Decimal{*constant.value.As<int64_t>(), 0};
    case TypeId::kFloat:
      return ShortestDecimal(*constant.value.As<float>());
    case TypeId::kDouble:
      return ShortestDecimal(*constant.value.As<double>());
    case TypeId::kDecimal:
      return *constant.value.As<Decimal>();
    default:
      return std::nullopt;
  }
}

const std::string* TextOf(const Constant& constant) { return constant.value.As<std::string>(); }

Position PlaceFloat(double value) {
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (std::isinf(value)) {
    return At(Literal(value > 0 ? kInfinity : -kInfinity));
  }
  if (value > kMax) {
    return {Position::Kind::kAbove, Literal(kMax)};
  }
  if (value < -kMax) {
    return {Position::Kind::kAbove, Literal(-kInfinity)};
  }
  return At(Literal(static_cast<float>(value)));
}

Result<Position> LocateFloating(const Constant& constant, const Type& type) {
  std::optional<double> value;
  if (const std::string* text = TextOf(constant)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    value = *text == "Infinity"    ? std::optional(kInfinity)
            : *text == "-Infinity" ? std::optional(-kInfinity)
                                   : std::nullopt;
  } else if (const auto* narrow = constant.value.As<float>()) {
    value = *narrow;
  } else if (const auto* wide = constant.value.As<double>()) {
    value = *wide;
  } else if (auto number = NumberOf(constant)) {
    value = ToDouble(*number);
  }
  if (!value) {
    return CannotConvert(constant, type);
  }
  return type.id() == TypeId::kFloat ? PlaceFloat(*value) : At(Literal(*value));
}

Result<Position> LocateInteger(const Constant& constant, const Type& type) {
  auto number = NumberOf(constant);
  if (!number) {
    return CannotConvert(constant, type);
  }
  Cut cut = CutAtScale(*number, 0);
  return type.id() == TypeId::kInt ? PlaceInt<int32_t>(cut) : PlaceInt<int64_t>(cut);
}

Result<Position> LocateDecimal(const Constant& constant, const Type& type) {
  const std::string* text = TextOf(constant);
  auto number = text != nullptr ? ParseDecimal(*text) : NumberOf(constant);
  if (!number) {
    return CannotConvert(constant, type);
  }
  return PlaceDecimal(CutAtScale(*number, type.scale()), type.scale());
}

bool IsZoned(TypeId id) { return id == TypeId::kTimestampTz || id == TypeId::kTimestampTzNs; }

/// What one unit of the type is; 0 where it is no date or timestamp.
Int128 NanosPerUnit(TypeId id) {
  switch (id) {
    case TypeId::kDate:
      return kNanosPerDay;
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return kNanosPerMicro;
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return 1;
    default:
      return 0;
  }
}

/// Nanoseconds since the epoch; nullopt where the constant is no point of time.
std::optional<Int128> InstantOf(const Constant& constant, const Type& type) {
  if (const std::string* text = TextOf(constant)) {
    return ParseInstant(*text, IsZoned(type.id()) ? ZoneText::kUtc : ZoneText::kNone);
  }
  TypeId id = constant.type->id();
  if (IsInteger(*constant.type)) {
    Int128 count = NumberOf(constant)->unscaled;
    return count * (type.id() == TypeId::kDate ? kNanosPerDay : kNanosPerMicro);
  }
  if (NanosPerUnit(id) == 0 || IsZoned(id) != IsZoned(type.id())) {
    return std::nullopt;
  }
  const auto* days = constant.value.As<int32_t>();
  return (days != nullptr ? Int128{*days} : Int128{*constant.value.As<int64_t>()}) *
         NanosPerUnit(id);
}

/// Dates and timestamps. A bare integer counts days for a date, microseconds for any timestamp.
Result<Position> LocateInstant(const Constant& constant, const Type& type) {
  const std::string* text = TextOf(constant);
  if (text != nullptr && type.id() == TypeId::kDate) {
    return AtParsed(constant, type, ParseIsoDate(*text));
  }
  auto nanos = InstantOf(constant, type);
  if (!nanos) {
    return CannotConvert(constant, type);
  }
  Int128 unit = NanosPerUnit(type.id());
  Int128 remainder = *nanos % unit;
  Cut cut{.floor = *nanos / unit - (remainder < 0 ? 1 : 0), .exact = remainder == 0};
  return type.id() == TypeId::kDate ? PlaceInt<int32_t>(cut) : PlaceInt<int64_t>(cut);
}

/// A bare integer counts microseconds since midnight.
Result<Position> LocateTime(const Constant& constant, const Type& type) {
  if (const std::string* text = TextOf(constant)) {
    return AtParsed(constant, type, ParseIsoTime(*text));
  }
  if (const auto* micros = constant.value.As<int64_t>();
      micros != nullptr &&
      (constant.type->id() == TypeId::kTime || constant.type->id() == TypeId::kLong)) {
    constexpr int64_t kLast = kMicrosPerDay - 1;
    if (*micros < 0) {
      return Position{Position::Kind::kBelowMin, Literal(int64_t{0})};
    }
    return *micros > kLast ? Position{Position::Kind::kAboveMax, Literal(kLast)}
                           : At(constant.value);
  }
  return CannotConvert(constant, type);
}

Result<Position> LocateBytes(const Constant& constant, const Type& type) {
  std::optional<std::string> bytes;
  if (const std::string* text = TextOf(constant)) {
    bytes = HexDecode(*text);
  } else if (const auto* given = constant.value.As<Bytes>()) {
    bytes = given->data;
  }
  bool fits =
      bytes && (type.id() != TypeId::kFixed || bytes->size() == static_cast<size_t>(type.length()));
  return AtParsed(constant, type, fits ? std::optional(Bytes{std::move(*bytes)}) : std::nullopt);
}

Result<Position> LocateSameKind(const Constant& constant, const Type& type) {
  if (constant.type->id() != type.id()) {
    return CannotConvert(constant, type);
  }
  return At(constant.value);
}

}  // namespace

Result<Position> Locate(const Constant& constant, const Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
    case TypeId::kString:
      return LocateSameKind(constant, type);
    case TypeId::kInt:
    case TypeId::kLong:
      return LocateInteger(constant, type);
    case TypeId::kFloat:
    case TypeId::kDouble:
      return LocateFloating(constant, type);
    case TypeId::kDecimal:
      return LocateDecimal(constant, type);
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return LocateInstant(constant, type);
    case TypeId::kTime:
      return LocateTime(constant, type);
    case TypeId::kUuid:
      if (const std::string* text = TextOf(constant)) {
        return AtParsed(constant, type, Uuid::Parse(*text));
      }
      return LocateSameKind(constant, type);
    case TypeId::kFixed:
    case TypeId::kBinary:
      return LocateBytes(constant, type);
    default:
      return CannotConvert(constant, type);
  }
}

Literal Promote(const Type& type, const Literal& value) {
  if (const auto* narrow = value.As<int32_t>()) {
    switch (type.id()) {
      case TypeId::kLong:
        return Literal(int64_t{*narrow});
      case TypeId::kTimestamp:
      case TypeId::kTimestampNs: {
        const int64_t per_day = kMicrosPerDay * (type.id() == TypeId::kTimestamp ? 1 : 1000);
        int64_t instant = 0;
        return __builtin_mul_overflow(*narrow, per_day, &instant) ? value : Literal(instant);
      }
      default:
        return value;
    }
  }
  const auto* single = value.As<float>();
  return single != nullptr && type.id() == TypeId::kDouble ? Literal(double{*single}) : value;
}

}  // namespace firn::iceberg
