// The words of a filter text (expression_text.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::iceberg {

enum class TokenKind : uint8_t {
  kWord,    ///< a name or keyword without quotes
  kQuoted,  ///< a name in quotes
  kText,    ///< 'text'
  kNumber,  ///< digits, maybe with a point and an exponent; no sign
  kSymbol,  ///< an operator or bracket; `<>` and `==` are read as `!=` and `=`
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  /// Without quotes.
  std::string text;
  /// Of its first byte in the filter.
  size_t offset = 0;
};

/// kInvalidArgument naming the place: `Cannot parse filter at character 7: ...`.
Error FilterError(size_t offset, std::string_view what);

/// All words, kEnd at the end.
Result<std::vector<Token>> SplitFilter(std::string_view text);

bool IsKeyword(std::string_view word);

/// True for ASCII letters, digits and `_` that are read as a name without quotes.
bool IsPlainName(std::string_view name);

}  // namespace firn::iceberg
