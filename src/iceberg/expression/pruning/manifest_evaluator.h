// ManifestEvaluator: whether a manifest may list files of matching rows, by the sums of its
// partition fields in the manifest list. Source: Iceberg specification, "Manifest Lists",
// `field_summary`.
//
// Thread-safety: immutable.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

class ManifestEvaluator {
 public:
  /// `filter` is on rows, of a schema whose field ids are the table's.
  static ManifestEvaluator ForRows(const BoundExpression& filter, const PartitionSpec& spec);
  /// `filter` is on partition tuples, as a projection is.
  static ManifestEvaluator ForPartitions(const BoundExpression& filter, const PartitionSpec& spec);

  /// False only where no file of the manifest can hold a matching row. `manifest` is of the spec.
  bool MayMatch(const ManifestFile& manifest) const;

 private:
  ManifestEvaluator(BoundExpression filter, std::vector<FieldId> fields)
      : filter_(std::move(filter)), fields_(std::move(fields)) {}

  bool MayMatch(const BoundExpression& filter, const std::vector<FieldSummary>& summaries) const;

  BoundExpression filter_;
  /// The spec's partition fields, in its order.
  std::vector<FieldId> fields_;
};

}  // namespace firn::iceberg
