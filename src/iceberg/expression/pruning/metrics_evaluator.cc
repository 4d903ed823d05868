#include "iceberg/expression/pruning/metrics_evaluator.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "iceberg/expression/pruning/value_range.h"

namespace firn::iceberg {
namespace {

using Kind = BoundExpression::Kind;

template <class Value>
std::optional<Value> Find(const std::vector<std::pair<FieldId, Value>>& values, FieldId id) {
  auto found = std::find_if(values.begin(), values.end(),
                            [id](const auto& value) { return value.first == id; });
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Literal> FindBound(const BoundsByField& bounds, const BoundTerm& term) {
  auto bytes = Find(bounds, term.field_id);
  return bytes ? DecodeBound(*term.source_type, *bytes) : std::nullopt;
}

ValueRange RangeOf(const BoundTerm& term, const DataFile& file) {
  ValueRange range;
  range.presence = PresenceOf(term, {.records = file.record_count,
                                     .values = Find(file.value_counts, term.field_id),
                                     .nulls = Find(file.null_value_counts, term.field_id),
                                     .nans = Find(file.nan_value_counts, term.field_id)});
  range.lower = FindBound(file.lower_bounds, term);
  range.upper = FindBound(file.upper_bounds, term);
  range.presence.ordinary = range.presence.ordinary || range.lower || range.upper;
  return range;
}

bool FileMayMatch(const BoundExpression& filter, const DataFile& file) {
  auto may_match = [&file](const BoundExpression& child) { return FileMayMatch(child, file); };
  switch (filter.kind()) {
    case Kind::kFalse:
      return false;
    case Kind::kAnd:
      return std::all_of(filter.children().begin(), filter.children().end(), may_match);
    case Kind::kOr:
      return std::any_of(filter.children().begin(), filter.children().end(), may_match);
    case Kind::kPredicate: {
      const BoundPredicate& predicate = filter.predicate();
      return MayMatch(predicate, TermRange(predicate.term, RangeOf(predicate.term, file)));
    }
    default:
      return true;
  }
}

}  // namespace

InclusiveMetricsEvaluator::InclusiveMetricsEvaluator(const BoundExpression& filter)
    : filter_(RewriteNot(filter)) {}

bool InclusiveMetricsEvaluator::MayMatch(const DataFile& file) const {
  return file.record_count != 0 && FileMayMatch(filter_, file);
}

StrictMetricsEvaluator::StrictMetricsEvaluator(const BoundExpression& filter)
    : others_(BoundExpression::Not(filter)) {}

bool StrictMetricsEvaluator::MustMatch(const DataFile& file) const {
  return !others_.MayMatch(file);
}

}  // namespace firn::iceberg
