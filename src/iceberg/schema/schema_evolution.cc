#include "iceberg/schema/schema_evolution.h"

#include <fmt/format.h>

#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

/// Types of v3 are checked as such before.
bool IsPromotion(const Type& from, const Type& to) {
  switch (from.id()) {
    case TypeId::kUnknown:
      return true;
    case TypeId::kInt:
      return to.id() == TypeId::kLong;
    case TypeId::kFloat:
      return to.id() == TypeId::kDouble;
    case TypeId::kDate:
      return to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNs;
    case TypeId::kDecimal:
      return to.id() == TypeId::kDecimal && to.scale() == from.scale() &&
             to.precision() > from.precision();
    default:
      return false;
  }
}

bool Reads(const Type& from, const Type& to) {
  if (from.is_nested() || to.is_nested()) {
    return from.id() == to.id() || from.id() == TypeId::kUnknown;
  }
  return from == to || IsPromotion(from, to);
}

}  // namespace

Status CheckEvolution(const Schema& from, const Schema& to) {
  for (FieldId id : to.field_ids()) {
    const NestedField* before = from.FindField(id);
    const NestedField* after = to.FindField(id);
    if (before != nullptr && !Reads(*before->type, *after->type)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Cannot change column type: {}: {} -> {}", *to.FindName(id),
                               ToString(*before->type), ToString(*after->type)));
    }
  }
  return {};
}

}  // namespace firn::iceberg
