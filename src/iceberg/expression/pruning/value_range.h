// ValueRange: what statistics tell of the values of one term in some set of rows (a file, the files
// of a manifest, a row group), and whether one of them may satisfy a predicate. Every evaluator of
// this room rests on it; other rooms fill one from their own statistics.
//
// Everything is inclusive: unknown means "may". That all rows satisfy a predicate is known where
// none may satisfy its Complement. Source: Iceberg specification, "Scan Planning".
//
// Thread-safety: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "iceberg/expression/bound_expression.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// Which kinds of values there may be. A value is null, NaN or ordinary.
struct Presence {
  bool null = true;
  bool nan = true;
  bool ordinary = true;

  friend bool operator==(const Presence&, const Presence&) = default;
};

/// Counts of one column in a file; nullopt where the writer gave none.
struct ValueCounts {
  /// Rows of the file; negative where unknown.
  int64_t records = -1;
  std::optional<int64_t> values;
  std::optional<int64_t> nulls;
  std::optional<int64_t> nans;
};

/// Of the column itself. A count of nulls of a nested column counts only where the count of values
/// shows that it covers every row: some writers leave out rows whose struct is null.
Presence PresenceOf(const BoundTerm& term, const ValueCounts& counts);

struct ValueRange {
  Presence presence;
  /// Of the ordinary values: no value is less than `lower` or greater than `upper`, which need not
  /// be values themselves. Of the term's type, never NaN.
  std::optional<Literal> lower;
  std::optional<Literal> upper;
};

/// A bound as manifests serialise it; nullopt where it is NaN or malformed: no bound at all.
std::optional<Literal> DecodeBound(const Type& type, std::string_view bytes);

/// The range of a term from that of its column: order-preserving transforms carry bounds over.
ValueRange TermRange(const BoundTerm& term, ValueRange column);

/// False only where no value in the range satisfies the predicate. Bounds that contradict each
/// other (lower above upper) count as unknown.
bool MayMatch(const BoundPredicate& predicate, const ValueRange& range);

}  // namespace firn::iceberg
