// MetricsBuilder: the metrics of projected columns, filled map by map while entries are read.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "iceberg/manifest/entry_program_internal.h"
#include "iceberg/manifest/metric_columns.h"
#include "iceberg/manifest/metrics_projection.h"

namespace firn::iceberg {

class MetricsBuilder {
 public:
  /// Makes room for `expected_rows` at once. Above `max_memory_bytes` values are left out:
  /// memory_bytes() is more afterwards.
  MetricsBuilder(const MetricsProjection& projection,
                 size_t expected_rows,
                 size_t max_memory_bytes);

  /// Which of the columns made has this field id; kUnwanted where it is not projected.
  int32_t SlotOf(int64_t field_id) {
    if (static_cast<uint64_t>(field_id) < slots_.size()) [[likely]] {
      int32_t slot = slots_[static_cast<size_t>(field_id)];
      return slot == kUnseen ? NewSlot(field_id) : slot;
    }
    return FindSlot(field_id);
  }

  /// `map` is one of counts.
  static CountColumn FieldMetrics::* CountsOf(EntryMap map);
  /// `map` is one of bounds.
  static BoundColumn FieldMetrics::* BoundsOf(EntryMap map);

  /// `slot` is one that SlotOf gave.
  void SetCount(CountColumn FieldMetrics::* counts, int32_t slot, int64_t value) {
    CountColumn& column = fields_[static_cast<size_t>(slot)].*counts;
    if (row_ < column.capacity() || MakeRoom(column, kCountBytes)) [[likely]] {
      column.Set(row_, value);
    }
  }
  void SetBound(BoundColumn FieldMetrics::* bounds, int32_t slot, std::string_view value) {
    BoundColumn& column = fields_[static_cast<size_t>(slot)].*bounds;
    if (row_ < column.capacity() || MakeRoom(column, kBoundBytes)) [[likely]] {
      memory_bytes_ += value.size() > BoundColumn::kHeadBytes ? value.size() : 0;
      column.Set(row_, value);
    }
  }

  /// Called after each entry.
  void NextRow() { ++row_; }
  size_t memory_bytes() const { return memory_bytes_; }

  /// Ascending by field id, as many rows as entries.
  std::vector<FieldMetrics> Finish() &&;

  static constexpr int32_t kUnwanted = -1;

 private:
  static constexpr int32_t kUnseen = -2;
  static constexpr size_t kCountBytes = sizeof(int64_t);
  /// Head, size and place of the tail.
  static constexpr size_t kBoundBytes = 16;

  int32_t FindSlot(int64_t field_id);
  int32_t NewSlot(int64_t field_id);
  /// Makes room for the current row; false where that is too much memory.
  template <class Column>
  bool MakeRoom(Column& column, size_t row_bytes);

  const MetricsProjection& projection_;
  /// By field id, for small ones: nearly all.
  std::vector<int32_t> slots_;
  std::unordered_map<int64_t, int32_t> more_slots_;
  std::vector<FieldMetrics> fields_;
  size_t row_ = 0;
  size_t expected_rows_;
  size_t max_memory_bytes_;
  size_t memory_bytes_ = 0;
};

}  // namespace firn::iceberg
