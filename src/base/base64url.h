// Base64url without padding (RFC 4648 section 5): page tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firn {

std::string Base64UrlEncode(std::string_view bytes);

/// nullopt on a character outside the alphabet, padding, an impossible length or stray bits.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace firn
