// BatchFilter: a bound expression on the rows of Arrow batches, a predicate a loop. It says of each
// row what iceberg::Evaluate says: logic is two-valued, nulls and NaNs as operation.h has them.
//
// Columns are found by field id in the metadata of the batches' schema, structs entered; they have
// the types of schema/arrow_type.h. A column that is not there is null in every row.
//
// Errors of Make: kInvalidArgument where a column's type is not the term's.
// Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "iceberg/expression/bound_expression.h"

namespace firn::columnar {

class BatchFilter {
 public:
  static Result<BatchFilter> Make(const iceberg::BoundExpression& filter,
                                  const arrow::Schema& schema);

  /// Sets to 0 what does not match; 1 stays for what does. `mask` has a byte a row, 0 or 1.
  Status Apply(const arrow::RecordBatch& batch, std::span<uint8_t> mask) const;

  bool keeps_all() const { return filter_.is_true(); }

 private:
  /// A predicate's column: indices from the batch down through structs; empty where absent.
  struct Column {
    iceberg::FieldId id;
    std::vector<int> path;
  };

  explicit BatchFilter(iceberg::BoundExpression filter) : filter_(std::move(filter)) {}

  Status Evaluate(const iceberg::BoundExpression& filter,
                  const arrow::RecordBatch& batch,
                  std::span<uint8_t> out) const;
  Result<std::shared_ptr<arrow::Array>> TermOf(const iceberg::BoundTerm& term,
                                               const arrow::RecordBatch& batch) const;

  /// Without not.
  iceberg::BoundExpression filter_;
  std::vector<Column> columns_;
};

}  // namespace firn::columnar
