// Hexadecimal text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// 0..15, or -1 where `c` is no hexadecimal digit.
int HexDigit(char c);

/// Lower case, two characters a byte.
std::string HexEncode(std::string_view bytes);

/// Either case; nullopt on an odd length or another character.
std::optional<std::string> HexDecode(std::string_view text);

}  // namespace firn
