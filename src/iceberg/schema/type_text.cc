#include "iceberg/schema/type_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/schema/decimal_text.h"

namespace firn::iceberg {
namespace {

constexpr std::array<std::pair<std::string_view, TypeId>, 18> kPlainNames{{
    {"boolean", TypeId::kBoolean},
    {"int", TypeId::kInt},
    {"long", TypeId::kLong},
    {"float", TypeId::kFloat},
    {"double", TypeId::kDouble},
    {"date", TypeId::kDate},
    {"time", TypeId::kTime},
    {"timestamp", TypeId::kTimestamp},
    {"timestamptz", TypeId::kTimestampTz},
    {"timestamp_ns", TypeId::kTimestampNs},
    {"timestamptz_ns", TypeId::kTimestampTzNs},
    {"string", TypeId::kString},
    {"uuid", TypeId::kUuid},
    {"binary", TypeId::kBinary},
    {"unknown", TypeId::kUnknown},
    {"variant", TypeId::kVariant},
    {"geometry", TypeId::kGeometry},
    {"geography", TypeId::kGeography},
}};

constexpr std::array<std::string_view, 5> kAlgorithmNames{"spherical", "vincenty", "thomas",
                                                          "andoyer", "karney"};

Error CannotParse(std::string_view text) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot parse type string to primitive: {}", text));
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<int32_t> ParseCount(std::string_view text) {
  text = Trim(text);
  int32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool digits = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!digits || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// What stands between `open` right after `name` and `close` at the end; nullopt where the text
/// does not have this shape.
std::optional<std::string_view> Parameters(std::string_view text,
                                           std::string_view name,
                                           char open,
                                           char close) {
  if (text.size() < name.size() + 2 || ToLowerAscii(text.substr(0, name.size())) != name ||
      text.back() != close) {
    return std::nullopt;
  }
  text.remove_prefix(name.size());
  if (open == '(' && name.front() == 'g') {
    text = Trim(text);
  }
  if (text.size() < 2 || text.front() != open) {
    return std::nullopt;
  }
  return text.substr(1, text.size() - 2);
}

Result<TypePtr> ParseDecimal(std::string_view text, std::string_view parameters) {
  size_t comma = parameters.find(',');
  if (comma == std::string_view::npos) {
    return CannotParse(text);
  }
  auto precision = ParseCount(parameters.substr(0, comma));
  auto scale = ParseCount(parameters.substr(comma + 1));
  if (!precision || !scale) {
    return CannotParse(text);
  }
  if (*precision > kMaxDecimalPrecision) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Decimals with precision larger than {} are not supported: {}",
                             kMaxDecimalPrecision, *precision));
  }
  return Type::Decimal(*precision, *scale);
}

Result<std::string> ParseCrs(std::string_view text) {
  std::string_view crs = Trim(text);
  if (crs.empty()) {
    return Error(ErrorCode::kInvalidArgument, "Invalid CRS: (empty string)");
  }
  return std::string(crs);
}

Result<TypePtr> ParseGeometry(std::string_view text, std::string_view parameters) {
  if (parameters.find(')') != std::string_view::npos) {
    return CannotParse(text);
  }
  ASSIGN_OR_RETURN(std::string crs, ParseCrs(parameters));
  return Type::Geometry(std::move(crs));
}

Result<TypePtr> ParseGeography(std::string_view parameters) {
  size_t comma = parameters.find(',');
  ASSIGN_OR_RETURN(std::string crs, ParseCrs(parameters.substr(0, comma)));
  if (comma == std::string_view::npos) {
    return Type::Geography(std::move(crs), EdgeAlgorithm::kSpherical);
  }
  std::string_view name = Trim(parameters.substr(comma + 1));
  auto found = std::find(kAlgorithmNames.begin(), kAlgorithmNames.end(), ToLowerAscii(name));
  if (found == kAlgorithmNames.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid edge interpolation algorithm: {}", name));
  }
  return Type::Geography(std::move(crs),
                         static_cast<EdgeAlgorithm>(found - kAlgorithmNames.begin()));
}

TypePtr PlainOrDefault(TypeId id) {
  if (id == TypeId::kGeometry) {
    return Type::Geometry(std::string(kDefaultCrs));
  }
  if (id == TypeId::kGeography) {
    return Type::Geography(std::string(kDefaultCrs), EdgeAlgorithm::kSpherical);
  }
  return Type::Plain(id);
}

std::string_view PlainName(TypeId id) {
  auto found = std::find_if(kPlainNames.begin(), kPlainNames.end(),
                            [id](const auto& name) { return name.second == id; });
  return found == kPlainNames.end() ? std::string_view("?") : found->first;
}

}  // namespace

Result<TypePtr> ParseTypeName(std::string_view text) {
  std::string lower = ToLowerAscii(text);
  auto plain = std::find_if(kPlainNames.begin(), kPlainNames.end(),
                            [&](const auto& name) { return name.first == lower; });
  if (plain != kPlainNames.end()) {
    return PlainOrDefault(plain->second);
  }
  if (auto parameters = Parameters(text, "geometry", '(', ')')) {
    return ParseGeometry(text, *parameters);
  }
  if (auto parameters = Parameters(text, "geography", '(', ')')) {
    return ParseGeography(*parameters);
  }
  if (auto parameters = Parameters(text, "fixed", '[', ']')) {
    auto length = ParseCount(*parameters);
    return length ? Result<TypePtr>(Type::Fixed(*length)) : CannotParse(text);
  }
  if (auto parameters = Parameters(text, "decimal", '(', ')')) {
    return ParseDecimal(text, *parameters);
  }
  return CannotParse(text);
}

std::string ToString(const Type& type) {
  switch (type.id()) {
    case TypeId::kDecimal:
      return fmt::format("decimal({}, {})", type.precision(), type.scale());
    case TypeId::kFixed:
      return fmt::format("fixed[{}]", type.length());
    case TypeId::kGeometry:
      return fmt::format("geometry({})", type.crs());
    case TypeId::kGeography:
      return fmt::format("geography({}, {})", type.crs(),
                         kAlgorithmNames[static_cast<size_t>(type.algorithm())]);
    case TypeId::kStruct: {
      std::string text = "struct<";
      for (const NestedField& field : type.fields()) {
        text += text.size() > sizeof("struct<") - 1 ? ", " : "";
        text += ToString(field);
      }
      return text + ">";
    }
    case TypeId::kList:
      return fmt::format("list<{}>", ToString(*type.element().type));
    case TypeId::kMap:
      return fmt::format("map<{}, {}>", ToString(*type.key().type), ToString(*type.value().type));
    default:
      return std::string(PlainName(type.id()));
  }
}

std::string ToString(const NestedField& field) {
  std::string text = fmt::format("{}: {}: {} {}", field.id.value(), field.name,
                                 field.required ? "required" : "optional", ToString(*field.type));
  if (field.doc) {
    text += fmt::format(" ({})", *field.doc);
  }
  return text;
}

}  // namespace firn::iceberg
