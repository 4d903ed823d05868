// SHA-256 over OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {

std::array<uint8_t, 32> Sha256(std::string_view bytes);

/// 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace firn
