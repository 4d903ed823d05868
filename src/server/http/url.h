// Parts of a request target: percent-decoding, path segments, query parameters.
//
// Errors: kInvalidArgument for a broken escape or text that is not UTF-8 or holds NUL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::http {

/// Decodes %XX; with `plus_is_space` a '+' becomes a space (query values).
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);

/// Encodes everything but RFC 3986's unreserved characters.
std::string PercentEncode(std::string_view text);

/// The segments between the slashes, still encoded. `/a//b/` gives a, "", b, "".
std::vector<std::string_view> SplitPath(std::string_view path);

/// True where `text` is well-formed UTF-8 without NUL.
bool IsCleanUtf8(std::string_view text);

/// A query string, decoded once.
class Query {
 public:
  static Result<Query> Parse(std::string_view query);

  /// The first value under the key; nullopt where the key is absent. `a` and `a=` are the empty
  /// text.
  std::optional<std::string_view> Find(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace firn::http
