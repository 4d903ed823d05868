#include "columnar/kernels/batch_filter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/field_path.h"
#include "columnar/kernels/predicate_loops_internal.h"
#include "columnar/kernels/transform_array.h"
#include "columnar/schema/arrow_type.h"

namespace firn::columnar {
namespace {

using iceberg::BoundExpression;
using iceberg::BoundTerm;
using ArrayPtr = std::shared_ptr<arrow::Array>;

const arrow::DataType& TypeAt(const arrow::Schema& schema, const std::vector<int>& path) {
  const arrow::DataType* type = schema.field(path[0])->type().get();
  for (size_t i = 1; i < path.size(); ++i) {
    type = type->field(path[i])->type().get();
  }
  return *type;
}

Status CheckTypes(const BoundExpression& filter, const arrow::Schema& schema) {
  if (filter.kind() == BoundExpression::Kind::kPredicate) {
    const BoundTerm& term = filter.predicate().term;
    std::vector<int> path = PathTo(schema.fields(), term.field_id);
    if (!path.empty() && !TypeAt(schema, path).Equals(*ArrowTypeOf(*term.source_type))) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Column {} of the batches is not of the filter's type", term.name));
    }
  }
  for (const BoundExpression& child : filter.children()) {
    RETURN_IF_ERROR(CheckTypes(child, schema));
  }
  return {};
}

}  // namespace

Result<BatchFilter> BatchFilter::Make(const BoundExpression& filter, const arrow::Schema& schema) {
  BatchFilter made(iceberg::RewriteNot(filter));
  RETURN_IF_ERROR(CheckTypes(made.filter_, schema));
  for (iceberg::FieldId id : iceberg::FieldsOf(made.filter_)) {
    made.columns_.push_back({id, PathTo(schema.fields(), id)});
  }
  return made;
}

Status BatchFilter::Apply(const arrow::RecordBatch& batch, std::span<uint8_t> mask) const {
  if (filter_.is_true() || mask.empty()) {
    return {};
  }
  std::vector<uint8_t> matches(mask.size());
  RETURN_IF_ERROR(Evaluate(filter_, batch, matches));
  for (size_t i = 0; i < mask.size(); ++i) {
    mask[i] &= matches[i];
  }
  return {};
}

Status BatchFilter::Evaluate(const BoundExpression& filter,
                             const arrow::RecordBatch& batch,
                             std::span<uint8_t> out) const {
  if (filter.kind() == BoundExpression::Kind::kPredicate) {
    ASSIGN_OR_RETURN(ArrayPtr values, TermOf(filter.predicate().term, batch));
    EvaluatePredicate(filter.predicate(), *values, out);
    return {};
  }
  bool is_or = filter.kind() == BoundExpression::Kind::kOr;
  bool starts_true = filter.kind() == BoundExpression::Kind::kAnd || filter.is_true();
  std::fill(out.begin(), out.end(), static_cast<uint8_t>(starts_true));
  std::vector<uint8_t> operand(out.size());
  for (const BoundExpression& child : filter.children()) {
    RETURN_IF_ERROR(Evaluate(child, batch, operand));
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = is_or ? out[i] | operand[i] : out[i] & operand[i];
    }
  }
  return {};
}

Result<ArrayPtr> BatchFilter::TermOf(const BoundTerm& term, const arrow::RecordBatch& batch) const {
  auto found = std::find_if(columns_.begin(), columns_.end(),
                            [&](const Column& column) { return column.id == term.field_id; });
  ArrayPtr values;
  if (found == columns_.end() || found->path.empty()) {
    ASSIGN_OR_RETURN(
        values, ToResult(arrow::MakeArrayOfNull(ArrowTypeOf(*term.source_type), batch.num_rows()),
                         ErrorCode::kInternal));
  } else {
    ASSIGN_OR_RETURN(values, ColumnAt(batch, found->path));
  }
  if (!term.transform) {
    return values;
  }
  return TransformArray(*term.transform, term.source_type, values, OutOfRange::kNull);
}

}  // namespace firn::columnar
