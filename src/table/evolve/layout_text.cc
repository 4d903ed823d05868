#include "table/evolve/layout_text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::table {
namespace {

using iceberg::NullOrder;
using iceberg::SortDirection;
using iceberg::Transform;
using iceberg::TransformKind;

constexpr std::string_view kBlanks = " \t";
/// What ends a name without quotes.
constexpr std::string_view kMarks = " \t(),\"";

/// The text, word by word.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text), rest_(text) {}

  Error Wrong(std::string_view what) const {
    return {ErrorCode::kInvalidArgument, fmt::format("'{}': {}", text_, what)};
  }

  bool AtEnd() {
    SkipBlanks();
    return rest_.empty();
  }

  bool Take(char mark) {
    SkipBlanks();
    if (!rest_.starts_with(mark)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  /// A keyword in any case.
  bool TakeWord(std::string_view word) {
    SkipBlanks();
    std::string_view next = rest_.substr(0, rest_.find_first_of(kMarks));
    if (!EqualsIgnoringCase(next, word)) {
      return false;
    }
    rest_.remove_prefix(next.size());
    return true;
  }

  Result<std::string> Name() {
    SkipBlanks();
    if (Take('"')) {
      return Quoted();
    }
    std::string name(rest_.substr(0, rest_.find_first_of(kMarks)));
    rest_.remove_prefix(name.size());
    if (name.empty()) {
      return Wrong("a name is missing");
    }
    return name;
  }

  /// The number before a comma; nullopt where there is none.
  std::optional<int32_t> Number() {
    SkipBlanks();
    int32_t number = 0;
    auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    std::string_view behind = rest_.substr(static_cast<size_t>(read.ptr - rest_.data()));
    behind.remove_prefix(std::min(behind.find_first_not_of(kBlanks), behind.size()));
    if (read.ec != std::errc() || !behind.starts_with(',')) {
      return std::nullopt;
    }
    rest_ = behind.substr(1);
    return number;
  }

 private:
  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  Result<std::string> Quoted() {
    std::string name;
    while (true) {
      size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        return Wrong("a quote is not closed");
      }
      name += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) {
        return name;
      }
      name += '"';
      rest_.remove_prefix(1);
    }
  }

  const std::string_view text_;
  std::string_view rest_;
};

struct Source {
  std::string column;
  Transform transform = Transform::Plain(TransformKind::kIdentity);
};

/// `function` and, of bucket and truncate, its number.
Result<Transform> TransformOf(const Words& words,
                              const std::string& function,
                              std::optional<int32_t> number) {
  std::string name = ToLowerAscii(function);
  for (std::string_view plural : {"years", "months", "days", "hours"}) {
    if (name == plural) {
      name.pop_back();
    }
  }
  const bool takes_number = name == "bucket" || name == "truncate";
  if (takes_number != number.has_value()) {
    return words.Wrong(takes_number ? "write bucket(16, column), truncate(4, column)"
                                    : "the transform takes a column alone");
  }
  auto parsed = Transform::Parse(number ? fmt::format("{}[{}]", name, *number) : name);
  if (!parsed.has_value() || parsed->kind() == TransformKind::kUnknown) {
    return words.Wrong(
        "write a column, bucket(16, column), truncate(4, column), or year, month, day or hour of a "
        "column");
  }
  return parsed;
}

Result<Source> ReadSource(Words& words) {
  Source source;
  ASSIGN_OR_RETURN(source.column, words.Name());
  if (!words.Take('(')) {
    return source;
  }
  const std::string function = std::exchange(source.column, "");
  const std::optional<int32_t> number = words.Number();
  ASSIGN_OR_RETURN(source.column, words.Name());
  if (!words.Take(')')) {
    return words.Wrong("a bracket is not closed");
  }
  ASSIGN_OR_RETURN(source.transform, TransformOf(words, function, number));
  return source;
}

NullOrder UsualNulls(SortDirection direction) {
  return direction == SortDirection::kAscending ? NullOrder::kNullsFirst : NullOrder::kNullsLast;
}

std::string Quoted(const std::string& name) {
  if (!name.empty() && name.find_first_of(kMarks) == std::string::npos) {
    return name;
  }
  std::string text = "\"";
  for (char c : name) {
    text += c == '"' ? "\"\"" : std::string(1, c);
  }
  return text + '"';
}

std::string SourceText(iceberg::FieldId source,
                       const Transform& transform,
                       const iceberg::Schema& schema) {
  const std::string* name = schema.FindName(source);
  const std::string column = name == nullptr ? fmt::format("#{}", source.value()) : Quoted(*name);
  switch (transform.kind()) {
    case TransformKind::kIdentity:
      return column;
    case TransformKind::kBucket:
      return fmt::format("bucket({}, {})", transform.parameter(), column);
    case TransformKind::kTruncate:
      return fmt::format("truncate({}, {})", transform.parameter(), column);
    default:
      return fmt::format("{}({})", transform.ToString(), column);
  }
}

}  // namespace

Result<AddPartitionField> ParsePartitionField(std::string_view text) {
  Words words(text);
  ASSIGN_OR_RETURN(Source source, ReadSource(words));
  AddPartitionField field{std::move(source.column), std::move(source.transform), std::nullopt};
  if (words.TakeWord("as")) {
    ASSIGN_OR_RETURN(field.name, words.Name());
  }
  if (!words.AtEnd()) {
    return words.Wrong("write day(ts), or day(ts) as name");
  }
  return field;
}

Result<SortColumn> ParseSortColumn(std::string_view text) {
  Words words(text);
  ASSIGN_OR_RETURN(Source source, ReadSource(words));
  SortColumn column{std::move(source.column), std::move(source.transform)};
  if (words.TakeWord("desc")) {
    column.direction = SortDirection::kDescending;
  } else {
    words.TakeWord("asc");
  }
  column.null_order = UsualNulls(column.direction);
  if (words.TakeWord("nulls")) {
    const bool first = words.TakeWord("first");
    if (!first && !words.TakeWord("last")) {
      return words.Wrong("write nulls first or nulls last");
    }
    column.null_order = first ? NullOrder::kNullsFirst : NullOrder::kNullsLast;
  }
  if (!words.AtEnd()) {
    return words.Wrong("write ts, ts desc, or ts desc nulls last");
  }
  return column;
}

std::string ToText(const iceberg::PartitionField& field, const iceberg::Schema& schema) {
  std::string text = SourceText(field.source_id, field.transform, schema);
  const std::string* source = schema.FindName(field.source_id);
  if (source == nullptr || field.name != PartitionFieldName(*source, field.transform)) {
    text += " as " + Quoted(field.name);
  }
  return text;
}

std::string ToText(const iceberg::SortField& field, const iceberg::Schema& schema) {
  std::string text = SourceText(field.source_id, field.transform, schema);
  if (field.direction == SortDirection::kDescending) {
    text += " desc";
  }
  if (field.null_order != UsualNulls(field.direction)) {
    text += field.null_order == NullOrder::kNullsFirst ? " nulls first" : " nulls last";
  }
  return text;
}

}  // namespace firn::table
