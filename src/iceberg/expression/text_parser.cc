#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/json_reader.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/text_constant_internal.h"
#include "iceberg/expression/text_lexer_internal.h"

namespace firn::iceberg {
namespace {

constexpr std::array<std::pair<std::string_view, Operation>, 6> kComparisons{{
    {"<", Operation::kLt},
    {"<=", Operation::kLtEq},
    {">", Operation::kGt},
    {">=", Operation::kGtEq},
    {"=", Operation::kEq},
    {"!=", Operation::kNotEq},
}};

/// A `like` pattern: its text, and whether it ends in `%`.
struct Pattern {
  std::string text;
  bool open = false;
};

class TextParser {
 public:
  explicit TextParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Expression> Parse() {
    ASSIGN_OR_RETURN(Expression expression, ParseOr());
    if (peek().kind != TokenKind::kEnd) {
      return Unexpected("and, or, or the end");
    }
    return expression;
  }

 private:
  const Token& peek(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  Token Take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

  bool IsWord(std::string_view word, size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::kWord && EqualsIgnoringCase(peek(ahead).text, word);
  }
  bool IsSymbol(std::string_view symbol, size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::kSymbol && peek(ahead).text == symbol;
  }
  bool AcceptWord(std::string_view word) {
    bool found = IsWord(word);
    at_ += found ? 1 : 0;
    return found;
  }
  bool AcceptSymbol(std::string_view symbol) {
    bool found = IsSymbol(symbol);
    at_ += found ? 1 : 0;
    return found;
  }
  Status ExpectSymbol(std::string_view symbol) {
    return AcceptSymbol(symbol) ? Status() : Unexpected(fmt::format("'{}'", symbol));
  }
  Error Unexpected(std::string_view wanted) const {
    const Token& token = peek();
    std::string found = token.kind == TokenKind::kEnd ? "the end" : fmt::format("'{}'", token.text);
    return FilterError(token.offset, fmt::format("expected {}, found {}", wanted, found));
  }

  Result<Expression> ParseOr() {
    std::vector<Expression> operands;
    do {
      ASSIGN_OR_RETURN(Expression operand, ParseAnd());
      operands.push_back(std::move(operand));
    } while (AcceptWord("or"));
    return Expression::Or(std::move(operands));
  }

  Result<Expression> ParseAnd() {
    std::vector<Expression> operands;
    do {
      ASSIGN_OR_RETURN(Expression operand, ParseUnit());
      operands.push_back(std::move(operand));
    } while (AcceptWord("and"));
    return Expression::And(std::move(operands));
  }

  /// A predicate, a constant, something in brackets, or the negation of one.
  Result<Expression> ParseUnit() {
    bool negated = AcceptWord("not");
    if (!negated && !IsSymbol("(")) {
      return ParseLeaf();
    }
    if (++depth_ > kMaxExpressionDepth) {
      return Error(ErrorCode::kPayloadTooLarge,
                   fmt::format("Filter is nested deeper than {}", kMaxExpressionDepth));
    }
    Result<Expression> inner = negated ? ParseUnit() : ParseBracket();
    --depth_;
    return inner.has_value() && negated ? Expression::Not(*std::move(inner)) : inner;
  }

  Result<Expression> ParseBracket() {
    RETURN_IF_ERROR(ExpectSymbol("("));
    ASSIGN_OR_RETURN(Expression inner, ParseOr());
    RETURN_IF_ERROR(ExpectSymbol(")"));
    return inner;
  }

  Result<Expression> ParseLeaf() {
    if (!IsConstant()) {
      ASSIGN_OR_RETURN(Term term, ParseTerm());
      return ParseTest(std::move(term));
    }
    bool truth = IsWord("true");
    if ((truth || IsWord("false")) && !FindComparison(peek(1))) {
      Take();
      return truth ? Expression::True() : Expression::False();
    }
    ASSIGN_OR_RETURN(Constant constant, ParseConstant());
    ASSIGN_OR_RETURN(Operation op, ParseComparison());
    ASSIGN_OR_RETURN(Term term, ParseTerm());
    return Compare(Flip(op), std::move(term), std::move(constant));
  }

  static std::optional<Operation> FindComparison(const Token& token) {
    if (token.kind == TokenKind::kSymbol) {
      for (const auto& [symbol, op] : kComparisons) {
        if (token.text == symbol) {
          return op;
        }
      }
    }
    return std::nullopt;
  }

  Result<Operation> ParseComparison() {
    auto op = FindComparison(peek());
    if (!op) {
      return Unexpected("an operator");
    }
    Take();
    return *op;
  }

  Result<Expression> ParseTest(Term term) {
    if (AcceptWord("is")) {
      return ParseIs(std::move(term));
    }
    bool negated = AcceptWord("not");
    if (AcceptWord("in")) {
      ASSIGN_OR_RETURN(std::vector<Constant> constants, ParseList());
      return negated ? IsNotIn(std::move(term), std::move(constants))
                     : IsIn(std::move(term), std::move(constants));
    }
    if (AcceptWord("between")) {
      ASSIGN_OR_RETURN(Expression range, ParseBetween(std::move(term)));
      return negated ? Expression::Not(std::move(range)) : range;
    }
    if (AcceptWord("like")) {
      return ParseLike(std::move(term),
                       negated ? Operation::kNotStartsWith : Operation::kStartsWith);
    }
    if (negated) {
      return Unexpected("in, like or between");
    }
    ASSIGN_OR_RETURN(Operation op, ParseComparison());
    ASSIGN_OR_RETURN(Constant constant, ParseConstant());
    return Compare(op, std::move(term), std::move(constant));
  }

  Result<Expression> ParseIs(Term term) {
    bool negated = AcceptWord("not");
    if (AcceptWord("null")) {
      return Test(negated ? Operation::kNotNull : Operation::kIsNull, std::move(term));
    }
    if (AcceptWord("nan")) {
      return Test(negated ? Operation::kNotNan : Operation::kIsNan, std::move(term));
    }
    return Unexpected("null or nan");
  }

  Result<std::vector<Constant>> ParseList() {
    std::vector<Constant> constants;
    RETURN_IF_ERROR(ExpectSymbol("("));
    while (!IsSymbol(")")) {
      if (!constants.empty()) {
        RETURN_IF_ERROR(ExpectSymbol(","));
      }
      ASSIGN_OR_RETURN(Constant constant, ParseConstant());
      constants.push_back(std::move(constant));
    }
    Take();
    return constants;
  }

  Result<Expression> ParseBetween(Term term) {
    ASSIGN_OR_RETURN(Constant low, ParseConstant());
    if (!AcceptWord("and")) {
      return Unexpected("and");
    }
    ASSIGN_OR_RETURN(Constant high, ParseConstant());
    Expression least = Compare(Operation::kGtEq, term, std::move(low));
    return Expression::And(std::move(least),
                           Compare(Operation::kLtEq, std::move(term), std::move(high)));
  }

  Result<Expression> ParseLike(Term term, Operation op) {
    if (peek().kind != TokenKind::kText) {
      return Unexpected("a text");
    }
    ASSIGN_OR_RETURN(Pattern pattern, ParsePattern(Take()));
    if (!pattern.open) {
      op = op == Operation::kStartsWith ? Operation::kEq : Operation::kNotEq;
    }
    return Compare(op, std::move(term), Constant::Text(std::move(pattern.text)));
  }

  static Result<Pattern> ParsePattern(const Token& token) {
    Pattern pattern;
    for (size_t i = 0; i < token.text.size(); ++i) {
      char c = token.text[i];
      if (c == '%' && i + 1 == token.text.size()) {
        pattern.open = true;
      } else if (c == '%' || c == '_') {
        return FilterError(token.offset, "like takes a text and at most one % at its end");
      } else if (c == '\\') {
        if (++i == token.text.size()) {
          return FilterError(token.offset, "a like pattern that ends in \\");
        }
        pattern.text += token.text[i];
      } else {
        pattern.text += c;
      }
    }
    return pattern;
  }

  /// `a.b`, `#5`, or a transform of one.
  Result<Term> ParseTerm() {
    bool word = peek().kind == TokenKind::kWord;
    return word && (IsSymbol("(", 1) || IsSymbol("[", 1)) ? ParseTransform() : ParseColumn();
  }

  /// `bucket[16](x)`, `bucket(16, x)`, `day(x)`.
  Result<Term> ParseTransform() {
    Token function = Take();
    std::string text = function.text;
    bool parameter = AcceptSymbol("[");
    if (parameter) {
      RETURN_IF_ERROR(AppendParameter(text));
      RETURN_IF_ERROR(ExpectSymbol("]"));
    }
    RETURN_IF_ERROR(ExpectSymbol("("));
    if (!parameter && peek().kind == TokenKind::kNumber) {
      RETURN_IF_ERROR(AppendParameter(text));
      RETURN_IF_ERROR(ExpectSymbol(","));
    }
    ASSIGN_OR_RETURN(Term column, ParseColumn());
    RETURN_IF_ERROR(ExpectSymbol(")"));
    Result<Transform> transform = Transform::Parse(text);
    if (!transform.has_value() || transform->kind() == TransformKind::kUnknown) {
      return FilterError(function.offset, fmt::format("no transform '{}'", text));
    }
    return Apply(*std::move(transform), std::move(column));
  }

  Status AppendParameter(std::string& text) {
    if (peek().kind != TokenKind::kNumber) {
      return Unexpected("a number");
    }
    text += fmt::format("[{}]", Take().text);
    return {};
  }

  Result<Term> ParseColumn() {
    if (AcceptSymbol("#")) {
      auto id = peek().kind == TokenKind::kNumber ? ReadId(peek().text) : std::nullopt;
      if (!id) {
        return Unexpected("a field id");
      }
      Take();
      return Column(*id);
    }
    ASSIGN_OR_RETURN(std::string name, ParseNamePart());
    while (AcceptSymbol(".")) {
      ASSIGN_OR_RETURN(std::string part, ParseNamePart());
      name += "." + part;
    }
    return Column(std::move(name));
  }

  static std::optional<FieldId> ReadId(const std::string& digits) {
    int32_t id = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole ? std::optional(FieldId(id)) : std::nullopt;
  }

  Result<std::string> ParseNamePart() {
    const Token& part = peek();
    if (part.kind != TokenKind::kQuoted &&
        (part.kind != TokenKind::kWord || IsKeyword(part.text))) {
      return Unexpected("a column");
    }
    return Take().text;
  }

  /// True where a constant begins: `5`, `-5`, `'text'`, `true`, `date '...'`, `decimal(...`.
  bool IsConstant() const {
    switch (peek().kind) {
      case TokenKind::kText:
      case TokenKind::kNumber:
        return true;
      case TokenKind::kSymbol:
        return IsSymbol("-") || IsSymbol("+");
      case TokenKind::kWord:
        return IsWord("true") || IsWord("false") || IsTypeName();
      default:
        return false;
    }
  }

  bool IsTypeName() const {
    return peek(1).kind == TokenKind::kText || (IsWord("decimal") && IsSymbol("(", 1)) ||
           (IsWord("fixed") && IsSymbol("[", 1));
  }

  Result<Constant> ParseConstant() {
    if (!IsConstant()) {
      return Unexpected("a constant");
    }
    if (++constants_ > kMaxExpressionConstants) {
      return Error(ErrorCode::kPayloadTooLarge,
                   fmt::format("Filter has more than {} constants", kMaxExpressionConstants));
    }
    switch (peek().kind) {
      case TokenKind::kText:
        return Constant::Text(Take().text);
      case TokenKind::kNumber:
        return NumberConstant("", Take());
      case TokenKind::kSymbol:
        return ParseSigned();
      default:
        break;
    }
    if (IsTypeName()) {
      return ParseTyped();
    }
    return Constant::Boolean(EqualsIgnoringCase(Take().text, "true"));
  }

  Result<Constant> ParseSigned() {
    std::string sign = Take().text;
    if (peek().kind != TokenKind::kNumber) {
      return Unexpected("a number");
    }
    return NumberConstant(sign == "-" ? "-" : "", Take());
  }

  /// The type's words up to the text.
  Result<Constant> ParseTyped() {
    std::string type;
    while (peek().kind != TokenKind::kText) {
      if (peek().kind == TokenKind::kEnd) {
        return Unexpected("a text");
      }
      type += Take().text;
    }
    return TypedConstant(type, Take());
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t constants_ = 0;
};

}  // namespace

Result<Expression> ParseExpressionText(std::string_view text) {
  if (text.size() > kMaxExpressionTextBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("Filter is longer than {} bytes", kMaxExpressionTextBytes));
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return Error(ErrorCode::kInvalidArgument, "Filter is not UTF-8");
  }
  ASSIGN_OR_RETURN(std::vector<Token> tokens, SplitFilter(text));
  return TextParser(std::move(tokens)).Parse();
}

}  // namespace firn::iceberg
