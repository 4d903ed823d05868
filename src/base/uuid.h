// Uuid: 16 bytes with the RFC 9562 text form. Table uuids, commit attempts and idempotency keys.
//
// Thread-safety: values; Random* may be called from any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace firn {

class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}

  /// Reads the 36-character form, either case; nullopt for anything else.
  static std::optional<Uuid> Parse(std::string_view text);
  /// Version 4: random.
  static Uuid Random();
  /// Version 7: ordered by time.
  static Uuid TimeOrdered(TimestampMs now);

  /// Lower case, with dashes: 36 characters.
  std::string ToString() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  int version() const { return bytes_[6] >> 4; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace firn
