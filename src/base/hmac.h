// HMAC-SHA256 over OpenSSL. Source: RFC 2104.
#pragma once

#include <string>
#include <string_view>

namespace firn {

/// 32 bytes. `key`: any bytes, of any length.
std::string HmacSha256(std::string_view key, std::string_view text);

}  // namespace firn
