// PartitionSplit: the rows of a batch by the partition they belong to. Source: Iceberg
// specification, "Partitioning".
//
// Errors: kInvalidArgument for transforms that are unknown or do not take the column, or whose
// result is out of range. Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/record_batch.h>

#include "base/result.h"
#include "iceberg/schema/partition_spec.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar {

/// Rows of one partition.
struct PartitionRows {
  /// Non-null values by partition field id.
  iceberg::StructValue partition;
  /// Their numbers in the batch, ascending.
  std::vector<int64_t> rows;
};

class PartitionSplit {
 public:
  /// The sources of the spec's fields are columns of the schema, outside lists and maps.
  static Result<PartitionSplit> Make(const iceberg::PartitionSpec& spec,
                                     const iceberg::Schema& schema);

  /// In order of each partition's first row.
  Result<std::vector<PartitionRows>> Split(const arrow::RecordBatch& batch) const;

 private:
  struct Field {
    iceberg::FieldId id;
    iceberg::Transform transform;
    iceberg::TypePtr source_type;
    iceberg::TypePtr result_type;
    std::vector<int> path;
  };

  std::vector<Field> fields_;
};

}  // namespace firn::columnar
