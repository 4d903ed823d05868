#include "iceberg/schema/transform.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"

namespace firn::iceberg {
namespace {

constexpr std::array<std::pair<std::string_view, TransformKind>, 6> kNames{{
    {"identity", TransformKind::kIdentity},
    {"year", TransformKind::kYear},
    {"month", TransformKind::kMonth},
    {"day", TransformKind::kDay},
    {"hour", TransformKind::kHour},
    {"void", TransformKind::kVoid},
}};

/// The text of N in `name[N]` where N is digits.
std::optional<std::string_view> Parameter(std::string_view lower, std::string_view name) {
  if (!lower.starts_with(name) || lower.size() < name.size() + 3 || lower[name.size()] != '[' ||
      lower.back() != ']') {
    return std::nullopt;
  }
  std::string_view digits = lower.substr(name.size() + 1, lower.size() - name.size() - 2);
  bool all = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return all ? std::optional(digits) : std::nullopt;
}

Result<int32_t> ParsePositive(std::string_view digits, std::string_view what) {
  int32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || value <= 0) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Invalid {}: {} (must be > 0)", what, digits));
  }
  return value;
}

bool IsTimestamp(TypeId id) {
  return id == TypeId::kTimestamp || id == TypeId::kTimestampTz || id == TypeId::kTimestampNs ||
         id == TypeId::kTimestampTzNs;
}

bool CanBucket(TypeId id) {
  switch (id) {
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kFixed:
    case TypeId::kDecimal:
    case TypeId::kUuid:
      return true;
    default:
      return IsTimestamp(id);
  }
}

bool CanTruncate(TypeId id) {
  return id == TypeId::kInt || id == TypeId::kLong || id == TypeId::kString ||
         id == TypeId::kBinary || id == TypeId::kDecimal;
}

}  // namespace

Result<Transform> Transform::Parse(std::string_view text) {
  std::string lower = ToLowerAscii(text);
  if (auto digits = Parameter(lower, "truncate")) {
    ASSIGN_OR_RETURN(int32_t width, ParsePositive(*digits, "truncate width"));
    return Truncate(width);
  }
  if (auto digits = Parameter(lower, "bucket")) {
    ASSIGN_OR_RETURN(int32_t count, ParsePositive(*digits, "number of buckets"));
    return Bucket(count);
  }
  for (const auto& [name, kind] : kNames) {
    if (lower == name) {
      return Plain(kind);
    }
  }
  return Transform(TransformKind::kUnknown, 0, std::string(text));
}

std::string Transform::ToString() const {
  switch (kind_) {
    case TransformKind::kBucket:
      return fmt::format("bucket[{}]", parameter_);
    case TransformKind::kTruncate:
      return fmt::format("truncate[{}]", parameter_);
    case TransformKind::kUnknown:
      return name_;
    default:
      return std::string(std::find_if(kNames.begin(), kNames.end(), [this](const auto& name) {
                           return name.second == kind_;
                         })->first);
  }
}

bool Transform::CanTransform(const Type& source) const {
  TypeId id = source.id();
  switch (kind_) {
    case TransformKind::kIdentity:
      return source.is_primitive() && id != TypeId::kGeometry && id != TypeId::kGeography;
    case TransformKind::kBucket:
      return CanBucket(id);
    case TransformKind::kTruncate:
      return CanTruncate(id);
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return id == TypeId::kDate || IsTimestamp(id);
    case TransformKind::kHour:
      return IsTimestamp(id);
    case TransformKind::kVoid:
    case TransformKind::kUnknown:
      return true;
  }
  return false;
}

TypePtr Transform::ResultType(const TypePtr& source) const {
  switch (kind_) {
    case TransformKind::kIdentity:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      return source;
    case TransformKind::kBucket:
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kHour:
      return Type::Plain(TypeId::kInt);
    case TransformKind::kDay:
      return Type::Plain(TypeId::kDate);
    case TransformKind::kUnknown:
      break;
  }
  return Type::Plain(TypeId::kString);
}

}  // namespace firn::iceberg
