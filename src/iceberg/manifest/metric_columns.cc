#include "iceberg/manifest/metric_columns.h"

#include <algorithm>
#include <bit>

namespace firn::iceberg {

namespace {

/// Gives memory back where it is worth the copy.
template <class Container>
void Trim(Container& container) {
  if (container.capacity() - container.size() > container.size() / 8) {
    container.shrink_to_fit();
  }
}

}  // namespace

static_assert(std::endian::native == std::endian::little);

void TextColumn::Reserve(size_t rows, size_t bytes) {
  ends_.reserve(rows);
  bytes_.reserve(bytes);
}

void TextColumn::ShrinkToFit() {
  Trim(bytes_);
  Trim(ends_);
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

void BoundColumn::Reserve(size_t rows) {
  heads_.reserve(rows);
  sizes_.reserve(rows);
}

void BoundColumn::SetApart(size_t row, uint64_t head, int32_t size) {
  if (sizes_.size() <= row) {
    sizes_.resize(row + 1, kNone);
    heads_.resize(row + 1, 0);
  }
  heads_[row] = head;
  sizes_[row] = size;
}

void BoundColumn::SetTail(size_t row, std::string_view value) {
  auto offset = static_cast<uint32_t>(tails_.size());
  tails_.append(value);
  if (offsets_.size() == row && row > 0) {
    offsets_.push_back(offset);
    return;
  }
  if (offsets_.size() <= row) {
    offsets_.reserve(sizes_.capacity());
    offsets_.resize(row + 1, 0);
  }
  offsets_[row] = offset;
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
  Trim(heads_);
  Trim(sizes_);
  Trim(offsets_);
  Trim(tails_);
}

size_t BoundColumn::MemoryBytes() const {
  return heads_.capacity() * sizeof(uint64_t) + sizes_.capacity() * sizeof(int32_t) +
         offsets_.capacity() * sizeof(uint32_t) + tails_.capacity();
}

void CountColumn::SetApart(size_t row, int64_t value) {
  if (values_.size() <= row) {
    values_.resize(row + 1, kAbsent);
  }
  values_[row] = value;
}

void CountColumn::Finish(size_t rows) {
  if (!values_.empty()) {
    values_.resize(rows, kAbsent);
    Trim(values_);
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
