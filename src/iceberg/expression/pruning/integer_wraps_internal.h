// Truncating integers next to the least one wraps, as the specification's formula has it: with
// width 10, -2147483648 becomes -2147483650, which is 2147483646 in 32 bits. So the rows of such a
// zone have a partition value of their own, out of order.
#pragma once

#include <optional>
#include <vector>

#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

class IntegerWraps {
 public:
  /// True for int and long.
  static bool Has(const Type& type);

  /// `type` is int or long. A long column has the zone of an int too: it may have been one.
  IntegerWraps(const Type& type, int32_t width);

  /// Rows from `first` to `last` are in the partition `partition`; all are of the type.
  struct Zone {
    Literal first;
    Literal last;
    Literal partition;
  };
  const std::vector<Zone>& zones() const { return zones_; }

  /// The truncated value; nullopt where it is below the least of the type.
  std::optional<Literal> Truncate(const Literal& value) const;

 private:
  template <class Int>
  void AddZone();
  Literal Make(Int128 value) const;

  bool is_int_;
  Int128 width_;
  std::vector<Zone> zones_;
};

}  // namespace firn::iceberg
