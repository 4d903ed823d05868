// Which row groups of a Parquet file may hold rows that match a filter: by the statistics of their
// column chunks, and where those leave a group and the filter asks for equality, by bloom filters.
// Never excludes a group that has a matching row; what the file does not say excludes nothing.
// Source: Iceberg specification, "Scan Planning"; iceberg/expression/pruning/value_range.h.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "columnar/read/parquet_source.h"
#include "iceberg/expression/bound_expression.h"

namespace firn::columnar {

struct RowGroupChoice {
  std::vector<WantedRowGroup> groups;
  int64_t skipped_by_statistics = 0;
  int64_t skipped_by_bloom_filter = 0;
};

/// Of `groups` those that may. `filter` is on the columns of the table, without not; `fields` are
/// the file's, with ids. Errors: those of reading bloom filters.
Result<RowGroupChoice> ChooseRowGroups(ParquetSource& source,
                                       const std::vector<SourceField>& fields,
                                       const iceberg::BoundExpression& filter,
                                       std::vector<WantedRowGroup> groups);

}  // namespace firn::columnar
