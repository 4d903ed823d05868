#include <limits>
#include <type_traits>

#include "iceberg/expression/pruning/integer_wraps_internal.h"

namespace firn::iceberg {
namespace {

Int128 Floor(Int128 value, Int128 width) { return value - ((value % width) + width) % width; }

}  // namespace

bool IntegerWraps::Has(const Type& type) {
  return type.id() == TypeId::kInt || type.id() == TypeId::kLong;
}

IntegerWraps::IntegerWraps(const Type& type, int32_t width)
    : is_int_(type.id() == TypeId::kInt), width_(width) {
  AddZone<int32_t>();
  if (!is_int_) {
    AddZone<int64_t>();
  }
}

template <class Int>
void IntegerWraps::AddZone() {
  Int128 least = std::numeric_limits<Int>::min();
  Int128 floor = Floor(least, width_);
  if (floor < least) {
    auto wrapped = static_cast<Int>(static_cast<std::make_unsigned_t<Int>>(floor));
    zones_.push_back({Make(least), Make(floor + width_ - 1), Make(wrapped)});
  }
}

std::optional<Literal> IntegerWraps::Truncate(const Literal& value) const {
  const auto* narrow = value.As<int32_t>();
  Int128 floor = Floor(narrow != nullptr ? Int128{*narrow} : Int128{*value.As<int64_t>()}, width_);
  Int128 least = is_int_ ? Int128{std::numeric_limits<int32_t>::min()}
                         : Int128{std::numeric_limits<int64_t>::min()};
  return floor < least ? std::nullopt : std::optional(Make(floor));
}

Literal IntegerWraps::Make(Int128 value) const {
  return is_int_ ? Literal(static_cast<int32_t>(value)) : Literal(static_cast<int64_t>(value));
}

}  // namespace firn::iceberg
