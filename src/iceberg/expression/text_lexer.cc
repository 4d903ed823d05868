#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/expression/text_lexer_internal.h"

namespace firn::iceberg {
namespace {

constexpr std::array<std::string_view, 11> kKeywords{"and", "between", "false", "in", "is",  "like",
                                                     "nan", "not",     "null",  "or", "true"};
/// Longer ones first.
constexpr std::array<std::string_view, 17> kSymbols{
    "<=", ">=", "!=", "<>", "==", "<", ">", "=", "(", ")", "[", "]", ",", ".", "#", "-", "+"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) {
  char lower = ToLowerAscii(c);
  return (lower >= 'a' && lower <= 'z') || c == '_';
}
/// Bytes of other alphabets are letters too.
bool IsWordByte(char c) { return IsLetter(c) || IsDigit(c) || static_cast<signed char>(c) < 0; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Split() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < text_.size() && IsSpace(text_[at_])) {
        ++at_;
      }
      ASSIGN_OR_RETURN(Token token, Next());
      bool end = token.kind == TokenKind::kEnd;
      tokens.push_back(std::move(token));
      if (end) {
        return tokens;
      }
    }
  }

 private:
  Result<Token> Next() {
    if (at_ == text_.size()) {
      return Token{TokenKind::kEnd, "", at_};
    }
    char c = text_[at_];
    if (c == '\'' || c == '"' || c == '`') {
      return Quoted(c);
    }
    if (IsDigit(c)) {
      return Number();
    }
    if (IsWordByte(c)) {
      size_t start = at_;
      at_ = Skip(at_, IsWordByte);
      return Make(TokenKind::kWord, start);
    }
    for (std::string_view symbol : kSymbols) {
      if (text_.substr(at_).starts_with(symbol)) {
        size_t start = at_;
        at_ += symbol.size();
        std::string_view read = symbol == "<>" ? "!=" : symbol == "==" ? "=" : symbol;
        return Token{TokenKind::kSymbol, std::string(read), start};
      }
    }
    return FilterError(at_, fmt::format("unexpected '{}'", c));
  }

  /// Text or a name; the quote doubles inside.
  Result<Token> Quoted(char quote) {
    Token token{quote == '\'' ? TokenKind::kText : TokenKind::kQuoted, "", at_};
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        if (at_ == text_.size() || text_[at_] != quote) {
          return token;
        }
      }
      token.text += text_[at_];
    }
    return FilterError(token.offset, "a quote that does not end");
  }

  Result<Token> Number() {
    size_t start = at_;
    at_ = Skip(at_, IsDigit);
    if (at_ + 1 < text_.size() && text_[at_] == '.' && IsDigit(text_[at_ + 1])) {
      at_ = Skip(at_ + 1, IsDigit);
    }
    if (at_ < text_.size() && ToLowerAscii(text_[at_]) == 'e') {
      size_t digits = at_ + 1;
      if (digits < text_.size() && (text_[digits] == '-' || text_[digits] == '+')) {
        ++digits;
      }
      if (digits < text_.size() && IsDigit(text_[digits])) {
        at_ = Skip(digits, IsDigit);
      }
    }
    if (at_ < text_.size() && IsWordByte(text_[at_])) {
      return FilterError(start, "a malformed number");
    }
    return Make(TokenKind::kNumber, start);
  }

  template <class Predicate>
  size_t Skip(size_t from, Predicate fits) const {
    while (from < text_.size() && fits(text_[from])) {
      ++from;
    }
    return from;
  }

  Token Make(TokenKind kind, size_t start) const {
    return {kind, std::string(text_.substr(start, at_ - start)), start};
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Error FilterError(size_t offset, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot parse filter at character {}: {}", offset + 1, what));
}

Result<std::vector<Token>> SplitFilter(std::string_view text) { return Lexer(text).Split(); }

bool IsKeyword(std::string_view word) {
  return std::any_of(kKeywords.begin(), kKeywords.end(),
                     [word](std::string_view k) { return EqualsIgnoringCase(word, k); });
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && IsLetter(name.front()) && !IsKeyword(name) &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

}  // namespace firn::iceberg
