// EntryFilter: which entries of a manifest may hold rows that match a filter; what plans run over
// decoded manifests (manifest/manifest_columns.h). Each distinct partition tuple is looked at once;
// then the bounds of the rows that are left, predicate by predicate over flat arrays. Excludes what
// the partition projection and the metrics evaluators exclude, and more: within `a or b` a file
// must pass partition and metrics of one side. Source: Iceberg specification, "Scan Planning".
//
// Units: a row is an entry; rows are ascending row numbers. Allocates per predicate, not per row
// (truncated texts, `truncate[4](s) = ...`, excepted).
// Thread-safety: immutable; one filter serves all manifests of its spec at once.
//
//   EntryFilter filter(bound, spec);
//   decode the manifest with filter.metrics() ...
//   std::vector<uint32_t> rows = filter.Select(columns, LiveRows(columns));
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/metrics_projection.h"
#include "iceberg/schema/partition_spec.h"

namespace firn::iceberg {

/// Those of rows [begin, end), as far as there are, whose entries are not deleted.
std::vector<uint32_t> LiveRows(const ManifestColumns& columns,
                               uint32_t begin = 0,
                               uint32_t end = std::numeric_limits<uint32_t>::max());

class EntryFilter {
 public:
  /// `filter` is on rows, of the schema of the scan.
  EntryFilter(const BoundExpression& filter, const PartitionSpec& spec);

  /// The metrics it reads. With fewer it excludes less.
  const MetricsProjection& metrics() const { return metrics_; }

  /// Those of `rows` whose file may hold a matching row: by partition and metrics. For data files.
  std::vector<uint32_t> Select(const ManifestColumns& columns, std::vector<uint32_t> rows) const;
  /// By partition alone. For delete files, whose metrics are not those of the rows they delete.
  std::vector<uint32_t> SelectByPartition(const ManifestColumns& columns,
                                          std::vector<uint32_t> rows) const;

  struct Node;

 private:
  MetricsProjection metrics_;
  std::shared_ptr<const Node> root_;
};

}  // namespace firn::iceberg
