// Rows of a batch in a table's sort order. Source: Iceberg specification, "Sorting": floats in
// IEEE total order (NaN greatest), texts and binaries by unsigned bytes.
//
// Errors: kInvalidArgument for transforms that are unknown or do not take the column.
// Thread-safety: immutable.
#pragma once

#include <memory>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"

namespace firn::columnar {

class RowSorter {
 public:
  /// The sources of the order are columns of the schema, outside lists and maps.
  static Result<RowSorter> Make(const iceberg::SortOrder& order, const iceberg::Schema& schema);

  /// Equal rows keep their order; a batch that is in order is not copied.
  Result<std::shared_ptr<arrow::RecordBatch>> Sort(
      const std::shared_ptr<arrow::RecordBatch>& batch) const;

 private:
  struct Field {
    iceberg::SortField order;
    iceberg::TypePtr source_type;
    std::vector<int> path;
  };

  std::vector<Field> fields_;
};

}  // namespace firn::columnar
