// Percent-encoding of what goes into a URL (RFC 3986), as AWS' signatures want it too: all but
// letters, digits and `-._~` becomes %XX in upper case.
//
// Thread-safety: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firn::storage::http {

enum class Slash : uint8_t { kEncode, kKeep };

std::string UriEncode(std::string_view text, Slash slash);

/// The reverse; `%` without two hexadecimal digits stays as it is, `+` too.
std::string UriDecode(std::string_view text);

/// A URL taken apart, nothing decoded.
struct UrlParts {
  /// `http` or `https`, as written.
  std::string_view scheme;
  /// `host` or `host:port`.
  std::string_view authority;
  /// From the first slash up to the question mark; may be empty.
  std::string_view path;
  /// Without the question mark.
  std::string_view query;
};

/// Views into `url`; a text without `://` has no scheme and no authority.
UrlParts SplitUrl(std::string_view url);

}  // namespace firn::storage::http
