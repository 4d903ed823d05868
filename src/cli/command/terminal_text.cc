#include "cli/command/terminal_text.h"

#include <array>
#include <optional>

namespace firn::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  /// nullopt: malformed.
  std::optional<char32_t> value;
  size_t bytes = 1;
};

/// Bytes of a sequence by its first one; 0 where none begins so.
size_t LengthOf(unsigned char first) {
  return first < 0x80           ? 1
         : (first >> 5) == 0x06 ? 2
         : (first >> 4) == 0x0E ? 3
         : (first >> 3) == 0x1E ? 4
                                : 0;
}

/// The code point that begins at `at`; malformed text goes byte by byte. Source: RFC 3629.
CodePoint CodePointAt(std::string_view text, size_t at) {
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text[at]);
  const size_t length = LengthOf(first);
  if (length == 0 || at + length > text.size()) {
    return {};
  }
  char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte >> 6) != 0x02) {
      return {};
    }
    code = (code << 6) | (byte & 0x3FU);
  }
  bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[length] || code > 0x10FFFF || surrogate) {
    return {};
  }
  return {code, length};
}

bool IsObeyed(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// East Asian wide and fullwidth blocks and emoji. Source: Unicode, UAX #11, by block.
bool IsWide(char32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1FAFF) ||
         (code >= 0x20000 && code <= 0x3FFFD);
}

/// Combining marks and joiners.
bool IsZeroWidth(char32_t code) {
  return (code >= 0x0300 && code <= 0x036F) || (code >= 0x200B && code <= 0x200D) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F);
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    CodePoint point = CodePointAt(text, at);
    if (!point.value || IsObeyed(*point.value)) {
      printable += '?';
    } else {
      printable += text.substr(at, point.bytes);
    }
    at += point.bytes;
  }
  return printable;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    CodePoint point = CodePointAt(text, at);
    char32_t code = point.value.value_or('?');
    width += IsZeroWidth(code) ? 0 : IsWide(code) ? 2 : 1;
    at += point.bytes;
  }
  return width;
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    CodePoint point = CodePointAt(text, at);
    valid += point.value ? text.substr(at, point.bytes) : kReplacement;
    at += point.bytes;
  }
  return valid;
}

}  // namespace firn::cli
