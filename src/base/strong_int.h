// StrongInt: an integer that only mixes with its own kind. Used for every id of the Iceberg
// specification, so that a schema id cannot be passed for a spec id.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <type_traits>

namespace firn {

template <class Tag, class Rep>
class StrongInt {
 public:
  using rep = Rep;

  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(StrongInt, StrongInt) = default;

 private:
  Rep value_ = 0;
};

}  // namespace firn

template <class Tag, class Rep>
struct std::hash<firn::StrongInt<Tag, Rep>> {
  size_t operator()(firn::StrongInt<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
