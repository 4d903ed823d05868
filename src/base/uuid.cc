#include "base/uuid.h"

#include <cstring>

#include "base/hex.h"
#include "base/random.h"

namespace firn {
namespace {

constexpr size_t kTextLength = 36;

bool IsDashPosition(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

void SetVersion(std::array<uint8_t, 16>& bytes, uint8_t version) {
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) {
    return std::nullopt;
  }
  std::array<uint8_t, 16> bytes{};
  size_t nibble = 0;
  for (size_t i = 0; i < kTextLength; ++i) {
    if (IsDashPosition(i)) {
      if (text[i] != '-') {
        return std::nullopt;
      }
      continue;
    }
    int value = HexDigit(text[i]);
    if (value < 0) {
      return std::nullopt;
    }
    bytes[nibble / 2] = static_cast<uint8_t>((bytes[nibble / 2] << 4) | value);
    ++nibble;
  }
  return Uuid(bytes);
}

Uuid Uuid::Random() {
  std::array<uint8_t, 16> bytes{};
  uint64_t words[2] = {RandomBits(), RandomBits()};
  std::memcpy(bytes.data(), words, sizeof(words));
  SetVersion(bytes, 4);
  return Uuid(bytes);
}

Uuid Uuid::TimeOrdered(TimestampMs now) {
  Uuid uuid = Random();
  auto millis = static_cast<uint64_t>(now.value());
  for (int i = 0; i < 6; ++i) {
    uuid.bytes_[static_cast<size_t>(i)] = static_cast<uint8_t>(millis >> (40 - 8 * i));
  }
  SetVersion(uuid.bytes_, 7);
  return uuid;
}

std::string Uuid::ToString() const {
  std::string hex = HexEncode({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()});
  std::string text;
  text.reserve(kTextLength);
  for (size_t i = 0; i < hex.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) {
      text += '-';
    }
    text += hex[i];
  }
  return text;
}

}  // namespace firn
