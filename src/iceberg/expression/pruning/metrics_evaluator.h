// What the metrics of a data file say of a filter on rows: counts of values, nulls and NaNs, lower
// and upper bounds. Evaluates one file at a time; entry_filter.h does whole manifests. Source:
// Iceberg specification, "Scan Planning" and "Manifests".
//
// Thread-safety: immutable.
#pragma once

#include "iceberg/expression/bound_expression.h"
#include "iceberg/manifest/manifest_entry.h"

namespace firn::iceberg {

/// Whether some row of a file may match. Metrics that are missing, malformed or NaN exclude
/// nothing.
class InclusiveMetricsEvaluator {
 public:
  /// `filter` is of the schema of the scan; files may be older (bounds of before a promotion).
  explicit InclusiveMetricsEvaluator(const BoundExpression& filter);

  /// False only where no row of the file matches. A file without rows has none.
  bool MayMatch(const DataFile& file) const;

 private:
  BoundExpression filter_;
};

/// Whether every row of a file matches: then a delete by filter drops the file unread. True only
/// where counts and bounds prove it; a missing count of nulls or NaNs proves nothing.
class StrictMetricsEvaluator {
 public:
  explicit StrictMetricsEvaluator(const BoundExpression& filter);

  /// Also true of a file without rows.
  bool MustMatch(const DataFile& file) const;

 private:
  /// Whether some row may not match.
  InclusiveMetricsEvaluator others_;
};

}  // namespace firn::iceberg
