#include "iceberg/schema/literal_binary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie");

constexpr size_t kUuidBytes = 16;
constexpr size_t kMaxDecimalBytes = 16;

template <class T>
std::string Encode(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
T Decode(std::string_view bytes) {
  T value;
  bytes.copy(reinterpret_cast<char*>(&value), sizeof(T));
  return value;
}

struct Encoder {
  std::string operator()(bool value) const { return std::string(1, value ? '\x01' : '\x00'); }
  std::string operator()(int32_t value) const { return Encode(value); }
  std::string operator()(int64_t value) const { return Encode(value); }
  std::string operator()(float value) const { return Encode(value); }
  std::string operator()(double value) const { return Encode(value); }
  std::string operator()(const Decimal& value) const { return EncodeUnscaled(value.unscaled); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Uuid& value) const {
    return {reinterpret_cast<const char*>(value.bytes().data()), kUuidBytes};
  }
  std::string operator()(const Bytes& value) const { return value.data; }
  std::string operator()(const auto& /*nested*/) const { return {}; }
};

Error WrongLength(const Type& type, std::string_view bytes) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot read {} from {} bytes", ToString(type), bytes.size()));
}

/// Days as an instant of `per_day` units a day.
Result<Literal> InstantOf(const Type& type, int64_t days, int64_t per_day) {
  int64_t instant = 0;
  if (__builtin_mul_overflow(days, per_day, &instant)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("No {} is on day {}", ToString(type), days));
  }
  return Literal(instant);
}

/// Long and the types counted like it; a shorter value is one of before the column's promotion.
Result<Literal> DecodeLong(const Type& type, std::string_view bytes) {
  if (bytes.size() == sizeof(int64_t)) {
    return Literal(Decode<int64_t>(bytes));
  }
  if (bytes.size() != sizeof(int32_t)) {
    return WrongLength(type, bytes);
  }
  int64_t narrow = Decode<int32_t>(bytes);
  switch (type.id()) {
    case TypeId::kLong:
      return Literal(narrow);
    case TypeId::kTimestamp:
      return InstantOf(type, narrow, kMicrosPerDay);
    case TypeId::kTimestampNs:
      return InstantOf(type, narrow, kMicrosPerDay * 1000);
    default:
      return WrongLength(type, bytes);
  }
}

Result<Literal> DecodeDecimal(const Type& type, std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kMaxDecimalBytes) {
    return WrongLength(type, bytes);
  }
  Int128 unscaled = static_cast<signed char>(bytes.front()) < 0 ? -1 : 0;
  for (char byte : bytes) {
    unscaled = unscaled * 256 + static_cast<unsigned char>(byte);
  }
  return Literal(Decimal{unscaled, type.scale()});
}

template <class T>
Result<Literal> DecodeExact(const Type& type, std::string_view bytes) {
  return bytes.size() == sizeof(T) ? Result<Literal>(Literal(Decode<T>(bytes)))
                                   : WrongLength(type, bytes);
}

}  // namespace

std::string EncodeUnscaled(Int128 unscaled) {
  std::string bytes;
  bool more = true;
  while (more) {
    auto low = static_cast<signed char>(unscaled & 0xFF);
    bytes += static_cast<char>(low);
    unscaled >>= 8;
    more = !((unscaled == 0 && low >= 0) || (unscaled == -1 && low < 0));
  }
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

std::string EncodeLiteral(const Literal& literal) { return std::visit(Encoder(), literal.value()); }

Result<Literal> DecodeLiteral(const Type& type, std::string_view bytes) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return bytes.size() == 1 ? Result<Literal>(Literal(bytes.front() != '\0'))
                               : WrongLength(type, bytes);
    case TypeId::kInt:
    case TypeId::kDate:
      return DecodeExact<int32_t>(type, bytes);
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return DecodeLong(type, bytes);
    case TypeId::kFloat:
      return DecodeExact<float>(type, bytes);
    case TypeId::kDouble:
      return bytes.size() == sizeof(float)
                 ? Result<Literal>(Literal(static_cast<double>(Decode<float>(bytes))))
                 : DecodeExact<double>(type, bytes);
    case TypeId::kDecimal:
      return DecodeDecimal(type, bytes);
    case TypeId::kString:
      return Literal(std::string(bytes));
    case TypeId::kUuid: {
      std::array<uint8_t, kUuidBytes> uuid{};
      if (bytes.size() != uuid.size()) {
        return WrongLength(type, bytes);
      }
      std::memcpy(uuid.data(), bytes.data(), uuid.size());
      return Literal(Uuid(uuid));
    }
    case TypeId::kFixed:
      return bytes.size() <= static_cast<size_t>(type.length())
                 ? Result<Literal>(Literal(Bytes{std::string(bytes)}))
                 : WrongLength(type, bytes);
    case TypeId::kBinary:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return Literal(Bytes{std::string(bytes)});
    default:
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Type: {} is not supported", ToString(type)));
  }
}

}  // namespace firn::iceberg
