// RowOrder: the order of a table's rows. Source: Iceberg specification, "Sorting": floats in IEEE
// total order, texts and binaries by unsigned bytes.
//
// Errors: kInvalidArgument for transforms that are unknown or do not take the column.
// Thread-safety: immutable.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include "base/result.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/sort_order.h"

namespace firn::columnar {

enum class Nans : uint8_t {
  kByBits,    ///< Negative ones are less than all numbers, positive ones greater.
  kOneValue,  ///< As partitions have them; greater than all numbers.
};

/// A sort column as numbers that order like its values, as far as eight bytes can.
class SortKey {
 public:
  SortKey(std::shared_ptr<arrow::Array> values, const iceberg::SortField& order, Nans nans);

  /// Of two rows the one of the lower rank comes first; of equal rank either may.
  uint64_t Rank(int64_t row) const { return ranks_[static_cast<size_t>(row)]; }
  /// With a row of the same column, of this batch or another.
  std::weak_ordering Compare(int64_t row, const SortKey& other, int64_t other_row) const {
    const std::weak_ordering order = Rank(row) <=> other.Rank(other_row);
    return order == 0 ? CompareEqualRanks(row, other, other_row) : order;
  }

 private:
  std::weak_ordering CompareEqualRanks(int64_t row, const SortKey& other, int64_t other_row) const;

  std::shared_ptr<arrow::Array> values_;
  bool descending_;
  bool nulls_first_;
  std::vector<uint64_t> ranks_;
};

/// What the rows of a batch are ordered by.
class SortKeys {
 public:
  /// Of no rows.
  SortKeys() = default;
  /// At least one.
  explicit SortKeys(std::vector<SortKey> columns) : columns_(std::move(columns)) {}

  /// The first column's.
  uint64_t Rank(int64_t row) const { return columns_.front().Rank(row); }

  /// With a row of a batch of the same order.
  std::weak_ordering Compare(int64_t row, const SortKeys& other, int64_t other_row) const;

 private:
  std::vector<SortKey> columns_;
};

class RowOrder {
 public:
  /// By `groups`, as rows of equal values there are one partition, and then by `fields`: there is
  /// one of either. Their sources are columns of the schema, outside lists and maps.
  static Result<RowOrder> Make(std::span<const iceberg::SortField> fields,
                               const iceberg::Schema& schema,
                               std::span<const iceberg::SortField> groups = {});

  Result<SortKeys> KeysOf(const arrow::RecordBatch& batch) const;
  /// Bytes of the rows, and of what sorting or merging them takes beside.
  Result<int64_t> MemoryOf(const arrow::RecordBatch& batch) const;

 private:
  struct Field {
    iceberg::SortField order;
    Nans nans;
    iceberg::TypePtr source_type;
    std::vector<int> path;
  };

  Status Add(std::span<const iceberg::SortField> fields, const iceberg::Schema& schema, Nans nans);

  std::vector<Field> fields_;
};

/// Equal rows keep their order; a batch that is in order is not copied.
Result<std::shared_ptr<arrow::RecordBatch>> SortRows(
    const std::shared_ptr<arrow::RecordBatch>& batch,
    const RowOrder& order,
    arrow::MemoryPool* memory);

}  // namespace firn::columnar
