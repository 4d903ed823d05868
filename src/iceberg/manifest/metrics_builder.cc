#include <algorithm>
#include <limits>
#include <utility>

#include "iceberg/manifest/metrics_builder_internal.h"

namespace firn::iceberg {
namespace {

constexpr size_t kDirectSlots = 1024;

}  // namespace

MetricsBuilder::MetricsBuilder(const MetricsProjection& projection,
                               size_t expected_rows,
                               size_t max_memory_bytes)
    : projection_(projection),
      slots_(kDirectSlots, kUnseen),
      expected_rows_(expected_rows),
      max_memory_bytes_(max_memory_bytes) {}

template <class Column>
bool MetricsBuilder::MakeRoom(Column& column, size_t row_bytes) {
  size_t rows = std::max({expected_rows_, row_ + 1, column.capacity() * 2});
  memory_bytes_ += (rows - column.capacity()) * row_bytes;
  if (memory_bytes_ > max_memory_bytes_) {
    return false;
  }
  column.Reserve(rows);
  return true;
}

template bool MetricsBuilder::MakeRoom(CountColumn& column, size_t row_bytes);
template bool MetricsBuilder::MakeRoom(BoundColumn& column, size_t row_bytes);

CountColumn FieldMetrics::* MetricsBuilder::CountsOf(EntryMap map) {
  switch (map) {
    case EntryMap::kValueCounts:
      return &FieldMetrics::value_counts;
    case EntryMap::kNullValueCounts:
      return &FieldMetrics::null_value_counts;
    case EntryMap::kNanValueCounts:
      return &FieldMetrics::nan_value_counts;
    default:
      return &FieldMetrics::column_sizes;
  }
}

BoundColumn FieldMetrics::* MetricsBuilder::BoundsOf(EntryMap map) {
  return map == EntryMap::kLowerBounds ? &FieldMetrics::lower_bounds : &FieldMetrics::upper_bounds;
}

int32_t MetricsBuilder::FindSlot(int64_t field_id) {
  auto found = more_slots_.find(field_id);
  return found == more_slots_.end() ? NewSlot(field_id) : found->second;
}

int32_t MetricsBuilder::NewSlot(int64_t field_id) {
  int32_t slot = kUnwanted;
  bool fits = field_id >= std::numeric_limits<int32_t>::min() &&
              field_id <= std::numeric_limits<int32_t>::max();
  if (memory_bytes_ > max_memory_bytes_) {
    return kUnwanted;
  }
  if (fits && projection_.Includes(FieldId(static_cast<int32_t>(field_id)))) {
    slot = static_cast<int32_t>(fields_.size());
    fields_.emplace_back().id = FieldId(static_cast<int32_t>(field_id));
    memory_bytes_ += sizeof(FieldMetrics);
  }
  if (static_cast<uint64_t>(field_id) < slots_.size()) {
    slots_[static_cast<size_t>(field_id)] = slot;
  } else if (slot != kUnwanted) {
    more_slots_.emplace(field_id, slot);
  }
  return slot;
}

std::vector<FieldMetrics> MetricsBuilder::Finish() && {
  std::ranges::sort(fields_, {}, &FieldMetrics::id);
  for (FieldMetrics& field : fields_) {
    field.Finish(row_);
  }
  return std::move(fields_);
}

}  // namespace firn::iceberg
