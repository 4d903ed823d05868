#include "iceberg/schema/schema_evolution.h"

#include <fmt/format.h>

#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

/// The first version that lets dates become timestamps.
constexpr FormatVersion kDatePromotions = 3;

/// Types of v3 are checked as such before.
bool IsPromotion(const Type& from, const Type& to, FormatVersion format_version) {
  switch (from.id()) {
    case TypeId::kUnknown:
      return true;
    case TypeId::kInt:
      return to.id() == TypeId::kLong;
    case TypeId::kFloat:
      return to.id() == TypeId::kDouble;
    case TypeId::kDate:
      return format_version >= kDatePromotions &&
             (to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNs);
    case TypeId::kDecimal:
      return to.id() == TypeId::kDecimal && to.scale() == from.scale() &&
             to.precision() > from.precision();
    default:
      return false;
  }
}

bool Reads(const Type& from, const Type& to, FormatVersion format_version) {
  if (from.is_nested() || to.is_nested()) {
    return from.id() == to.id() || from.id() == TypeId::kUnknown;
  }
  return from == to || IsPromotion(from, to, format_version);
}

}  // namespace

Status CheckFieldEvolution(const Schema& from,
                           const Schema& to,
                           FieldId id,
                           FormatVersion format_version) {
  const NestedField* before = from.FindField(id);
  const NestedField* after = to.FindField(id);
  if (before == nullptr || after == nullptr || Reads(*before->type, *after->type, format_version)) {
    return {};
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Cannot change column type: {}: {} -> {}", *to.FindName(id),
                           ToString(*before->type), ToString(*after->type)));
}

Status CheckEvolution(const Schema& from, const Schema& to, FormatVersion format_version) {
  for (FieldId id : to.field_ids()) {
    RETURN_IF_ERROR(CheckFieldEvolution(from, to, id, format_version));
  }
  return {};
}

}  // namespace firn::iceberg
