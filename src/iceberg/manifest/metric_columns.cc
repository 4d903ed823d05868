#include "iceberg/manifest/metric_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace firn::iceberg {

static_assert(std::endian::native == std::endian::little);

void TextColumn::Reserve(size_t rows, size_t bytes) {
  ends_.reserve(rows);
  bytes_.reserve(bytes);
}

void TextColumn::ShrinkToFit() {
  bytes_.shrink_to_fit();
  ends_.shrink_to_fit();
}

std::optional<std::string_view> BoundColumn::Value(size_t row) const {
  if (sizes_.empty() || sizes_[row] == kNone) {
    return std::nullopt;
  }
  auto size = static_cast<size_t>(sizes_[row]);
  if (size <= kHeadBytes) {
    return std::string_view(reinterpret_cast<const char*>(&heads_[row]), size);
  }
  return std::string_view(tails_).substr(offsets_[row], size);
}

void BoundColumn::Set(size_t row, std::string_view value) {
  if (sizes_.size() <= row) {
    sizes_.resize(row + 1, kNone);
    heads_.resize(row + 1, 0);
  }
  uint64_t head = 0;
  std::memcpy(&head, value.data(), std::min(value.size(), kHeadBytes));
  heads_[row] = head;
  sizes_[row] = static_cast<int32_t>(value.size());
  if (value.size() > kHeadBytes) {
    offsets_.resize(row + 1, 0);
    offsets_[row] = static_cast<uint32_t>(tails_.size());
    tails_.append(value);
  }
}

void BoundColumn::Finish(size_t rows) {
  if (sizes_.empty()) {
    return;
  }
  sizes_.resize(rows, kNone);
  heads_.resize(rows, 0);
  if (!offsets_.empty()) {
    offsets_.resize(rows, 0);
  }
  bool uniform = std::ranges::all_of(sizes_, [&](int32_t size) { return size == sizes_[0]; });
  common_size_ = uniform ? sizes_[0] : kNone;
  heads_.shrink_to_fit();
  sizes_.shrink_to_fit();
  offsets_.shrink_to_fit();
  tails_.shrink_to_fit();
}

size_t BoundColumn::MemoryBytes() const {
  return heads_.capacity() * sizeof(uint64_t) + sizes_.capacity() * sizeof(int32_t) +
         offsets_.capacity() * sizeof(uint32_t) + tails_.capacity();
}

void CountColumn::Set(size_t row, int64_t value) {
  if (values_.size() <= row) {
    values_.resize(row + 1, kAbsent);
  }
  values_[row] = value;
}

void CountColumn::Finish(size_t rows) {
  if (!values_.empty()) {
    values_.resize(rows, kAbsent);
    values_.shrink_to_fit();
  }
}

void FieldMetrics::Finish(size_t rows) {
  for (CountColumn* counts :
       {&column_sizes, &value_counts, &null_value_counts, &nan_value_counts}) {
    counts->Finish(rows);
  }
  lower_bounds.Finish(rows);
  upper_bounds.Finish(rows);
}

size_t FieldMetrics::MemoryBytes() const {
  return column_sizes.MemoryBytes() + value_counts.MemoryBytes() + null_value_counts.MemoryBytes() +
         nan_value_counts.MemoryBytes() + lower_bounds.MemoryBytes() + upper_bounds.MemoryBytes();
}

}  // namespace firn::iceberg
