// What statistics that a Parquet file keeps of a column (of its chunks, of its pages) tell of a
// filter's term: which leaf holds the column, whether its values compare as the table's do, and the
// bounds as literals of the table's type. Source: Parquet format, `Statistics`, `ColumnIndex`;
// iceberg/expression/pruning/value_range.h.
//
// What a file does not say, or says in a form that is not understood, excludes nothing.
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <parquet/metadata.h>
#include <parquet/types.h>

#include "columnar/kernels/projection.h"
#include "iceberg/expression/bound_expression.h"
#include "iceberg/expression/pruning/value_range.h"

namespace firn::columnar {

/// The leaf that holds the term's column, found through structs only, where its values mean what
/// the table's mean, but for promotions that keep order; null where there is none.
const SourceField* ComparableLeaf(const std::vector<SourceField>& fields,
                                  const iceberg::BoundTerm& term);

/// Bounds as files have them: in plain encoding.
struct StoredBounds {
  std::string_view lower;
  std::string_view upper;
};

/// Of the term's values in a set of rows with these counts and bounds of its column.
iceberg::ValueRange RangeOfStored(const iceberg::BoundTerm& term,
                                  parquet::Type::type physical,
                                  const iceberg::ValueCounts& counts,
                                  const std::optional<StoredBounds>& bounds);

/// The same of the leaf's values in a row group, by the statistics of its chunk.
iceberg::ValueRange RangeInGroup(const iceberg::BoundTerm& term,
                                 const parquet::RowGroupMetaData& group,
                                 int leaf);

}  // namespace firn::columnar
