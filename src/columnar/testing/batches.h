// Arrow batches for tests: from rows as literals, from JSON text. Aborts the test program on
// malformed input: it is the test's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "iceberg/schema/literal.h"
#include "iceberg/schema/schema.h"

namespace firn::columnar::testing {

/// Rows as RandomCases makes them: the non-null values by field id, those of structs beside the
/// others. A struct is null where the row has neither it nor one of its fields.
std::shared_ptr<arrow::RecordBatch> BatchOf(const iceberg::Schema& schema,
                                            const std::vector<iceberg::StructValue>& rows);

/// The rows of a batch of such a schema.
std::vector<iceberg::StructValue> RowsOf(const iceberg::Schema& schema,
                                         const arrow::RecordBatch& batch);

struct ParquetShape {
  int64_t row_group_rows = 1 << 20;
  /// Written for every leaf.
  bool bloom_filters = false;
  /// Of a data page at most, as far as bytes do not end it before.
  int64_t page_rows = 20'000;
  int64_t page_bytes = 1 << 20;
  bool page_index = true;
  /// Up to so many bytes; 0: none.
  int64_t dictionary_bytes = 1 << 20;
  /// Data pages of version 2.
  bool second_version = false;
};

/// The batch as the bytes of a Parquet file that Arrow alone wrote.
std::string ParquetBytes(const arrow::RecordBatch& batch, const ParquetShape& shape);

/// A column of integers (int64).
std::shared_ptr<arrow::Array> Longs(const std::vector<int64_t>& values);
std::shared_ptr<arrow::Array> Texts(const std::vector<std::string>& values);

/// The literal of a row, by field id.
std::optional<iceberg::Literal> ValueOf(const iceberg::StructValue& row, iceberg::FieldId id);

}  // namespace firn::columnar::testing
