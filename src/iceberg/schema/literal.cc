#include "iceberg/schema/literal.h"

#include <cmath>

namespace firn::iceberg {
namespace {

template <class T>
bool SameValue(const T& a, const T& b) {
  return a == b;
}

bool SameValue(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool SameValue(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <class T>
bool SameValue(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return *a == *b;
}

}  // namespace

bool operator==(const ListValue& a, const ListValue& b) { return a.elements == b.elements; }
bool operator==(const MapValue& a, const MapValue& b) { return a.entries == b.entries; }
bool operator==(const StructValue& a, const StructValue& b) { return a.fields == b.fields; }

bool operator==(const Literal& a, const Literal& b) {
  if (a.value_.index() != b.value_.index()) {
    return false;
  }
  return std::visit(
      [&b](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        return SameValue(value, std::get<T>(b.value_));
      },
      a.value_);
}

}  // namespace firn::iceberg
