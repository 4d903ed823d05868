#include "iceberg/expression/literal_order.h"

#include <cmath>
#include <string>
#include <type_traits>

namespace firn::iceberg {
namespace {

std::partial_ordering OfInt(int order) { return order <=> 0; }

/// Brings both to one scale; where that overflows, the one that grew is further from zero.
std::partial_ordering Compare(const Decimal& a, const Decimal& b) {
  if (a.scale > b.scale) {
    return 0 <=> Compare(b, a);
  }
  Int128 scaled = a.unscaled;
  for (int32_t step = a.scale; step < b.scale; ++step) {
    if (scaled == 0) {
      break;
    }
    if (__builtin_mul_overflow(scaled, Int128{10}, &scaled)) {
      return a.unscaled < 0 ? std::partial_ordering::less : std::partial_ordering::greater;
    }
  }
  return scaled < b.unscaled   ? std::partial_ordering::less
         : scaled > b.unscaled ? std::partial_ordering::greater
                               : std::partial_ordering::equivalent;
}

template <class T>
std::partial_ordering Compare(const T& a, const T& b) {
  if constexpr (std::is_arithmetic_v<T>) {
    return a <=> b;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return a <=> b;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return OfInt(a.compare(b));
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return OfInt(a.data.compare(b.data));
  } else {
    return std::partial_ordering::unordered;
  }
}

}  // namespace

std::partial_ordering CompareLiterals(const Literal& a, const Literal& b) {
  if (a.value().index() != b.value().index()) {
    return std::partial_ordering::unordered;
  }
  return std::visit(
      [&b](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        return Compare(value, *b.As<T>());
      },
      a.value());
}

bool IsNan(const Literal& literal) {
  if (const auto* narrow = literal.As<float>()) {
    return std::isnan(*narrow);
  }
  if (const auto* wide = literal.As<double>()) {
    return std::isnan(*wide);
  }
  return false;
}

}  // namespace firn::iceberg
