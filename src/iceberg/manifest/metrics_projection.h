// MetricsProjection: the table columns whose metrics (counts and bounds) are decoded from a
// manifest. Metrics are most of a manifest; a plan needs those of the columns that its filter
// names.
//
// Thread-safety: immutable values.
#pragma once

#include <span>
#include <vector>

#include "iceberg/schema/ids.h"

namespace firn::iceberg {

class MetricsProjection {
 public:
  static MetricsProjection None() { return MetricsProjection(); }
  static MetricsProjection All();
  static MetricsProjection Of(std::vector<FieldId> fields);

  bool is_all() const { return all_; }
  /// Ascending, each once; empty where is_all().
  std::span<const FieldId> fields() const { return fields_; }

  bool Includes(FieldId field) const;
  /// True where what was decoded for this serves `other` as well.
  bool Covers(const MetricsProjection& other) const;
  MetricsProjection Union(const MetricsProjection& other) const;

  friend bool operator==(const MetricsProjection&, const MetricsProjection&) = default;

 private:
  bool all_ = false;
  std::vector<FieldId> fields_;
};

}  // namespace firn::iceberg
