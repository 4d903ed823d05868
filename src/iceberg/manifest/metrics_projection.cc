#include "iceberg/manifest/metrics_projection.h"

#include <algorithm>
#include <utility>

namespace firn::iceberg {

MetricsProjection MetricsProjection::All() {
  MetricsProjection all;
  all.all_ = true;
  return all;
}

MetricsProjection MetricsProjection::Of(std::vector<FieldId> fields) {
  MetricsProjection some;
  std::ranges::sort(fields);
  fields.erase(std::ranges::unique(fields).begin(), fields.end());
  some.fields_ = std::move(fields);
  return some;
}

bool MetricsProjection::Includes(FieldId field) const {
  return all_ || std::ranges::binary_search(fields_, field);
}

bool MetricsProjection::Covers(const MetricsProjection& other) const {
  return all_ || (!other.all_ && std::ranges::includes(fields_, other.fields_));
}

MetricsProjection MetricsProjection::Union(const MetricsProjection& other) const {
  if (all_ || other.all_) {
    return All();
  }
  std::vector<FieldId> fields = fields_;
  fields.insert(fields.end(), other.fields_.begin(), other.fields_.end());
  return Of(std::move(fields));
}

}  // namespace firn::iceberg
