#include "iceberg/expression/pruning/manifest_evaluator.h"

#include <algorithm>

#include "iceberg/expression/pruning/projection.h"
#include "iceberg/expression/pruning/value_range.h"

namespace firn::iceberg {
namespace {

/// A summary without bounds says that all values are null or NaN; where its flags deny that, it
/// says nothing.
ValueRange RangeOf(const BoundTerm& term, const FieldSummary& summary) {
  ValueRange range;
  range.presence.null = summary.contains_null;
  range.presence.nan = IsFloating(*term.source_type) && summary.contains_nan.value_or(true);
  bool has_bounds = summary.lower_bound || summary.upper_bound;
  range.presence.ordinary = has_bounds || !(range.presence.null || range.presence.nan);
  if (summary.lower_bound) {
    range.lower = DecodeBound(*term.source_type, *summary.lower_bound);
  }
  if (summary.upper_bound) {
    range.upper = DecodeBound(*term.source_type, *summary.upper_bound);
  }
  return range;
}

}  // namespace

ManifestEvaluator ManifestEvaluator::ForRows(const BoundExpression& filter,
                                             const PartitionSpec& spec) {
  return ForPartitions(ProjectInclusive(filter, spec), spec);
}

ManifestEvaluator ManifestEvaluator::ForPartitions(const BoundExpression& filter,
                                                   const PartitionSpec& spec) {
  std::vector<FieldId> fields;
  for (const PartitionField& field : spec.fields) {
    fields.push_back(field.field_id);
  }
  return {RewriteNot(filter), std::move(fields)};
}

bool ManifestEvaluator::MayMatch(const ManifestFile& manifest) const {
  if (!manifest.partitions || manifest.partitions->size() != fields_.size()) {
    return !filter_.is_false();
  }
  return MayMatch(filter_, *manifest.partitions);
}

bool ManifestEvaluator::MayMatch(const BoundExpression& filter,
                                 const std::vector<FieldSummary>& summaries) const {
  auto may_match = [&](const BoundExpression& child) { return MayMatch(child, summaries); };
  switch (filter.kind()) {
    case BoundExpression::Kind::kFalse:
      return false;
    case BoundExpression::Kind::kAnd:
      return std::all_of(filter.children().begin(), filter.children().end(), may_match);
    case BoundExpression::Kind::kOr:
      return std::any_of(filter.children().begin(), filter.children().end(), may_match);
    case BoundExpression::Kind::kPredicate:
      break;
    default:
      return true;
  }
  const BoundPredicate& predicate = filter.predicate();
  auto field = std::find(fields_.begin(), fields_.end(), predicate.term.field_id);
  if (field == fields_.end()) {
    return true;
  }
  const FieldSummary& summary = summaries[static_cast<size_t>(field - fields_.begin())];
  return iceberg::MayMatch(predicate, TermRange(predicate.term, RangeOf(predicate.term, summary)));
}

}  // namespace firn::iceberg
