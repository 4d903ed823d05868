#include "table/evolve/type_promotion.h"

namespace firn::table {

using iceberg::Type;
using iceberg::TypeId;

bool CanPromote(const Type& from, const Type& to, iceberg::FormatVersion format_version) {
  constexpr iceberg::FormatVersion kLatePromotions = 3;
  if (from == to) {
    return true;
  }
  switch (from.id()) {
    case TypeId::kInt:
      return to.id() == TypeId::kLong;
    case TypeId::kFloat:
      return to.id() == TypeId::kDouble;
    case TypeId::kDecimal:
      return to.id() == TypeId::kDecimal && to.scale() == from.scale() &&
             to.precision() > from.precision();
    case TypeId::kDate:
      return format_version >= kLatePromotions &&
             (to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNs);
    case TypeId::kUnknown:
      return format_version >= kLatePromotions && to.is_primitive();
    default:
      return false;
  }
}

}  // namespace firn::table
