#include "columnar/deletes/equality_delete_set.h"

#include <bit>
#include <utility>

#include <arrow/util/byte_size.h>

#include "columnar/kernels/row_hash.h"

namespace firn::columnar {
namespace {

constexpr int kTagShift = 32;
constexpr size_t kMinSlots = 8;

uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> kTagShift); }

}  // namespace

Result<EqualityDeleteSet> EqualityDeleteSet::Make(std::vector<iceberg::FieldId> fields,
                                                  arrow::ArrayVector columns) {
  EqualityDeleteSet set;
  int64_t keys = columns.empty() ? 0 : columns[0]->length();
  if (keys > kMaxKeys) {
    return Error(ErrorCode::kPayloadTooLarge, "An equality delete file has too many keys");
  }
  set.fields_ = std::move(fields);
  set.columns_ = std::move(columns);
  set.slots_.resize(std::bit_ceil(std::max(static_cast<size_t>(keys) * 2, kMinSlots)));
  std::vector<uint64_t> hashes = HashRows(set.columns_, keys);
  for (int64_t row = 0; row < keys; ++row) {
    set.Insert(hashes[static_cast<size_t>(row)], static_cast<uint32_t>(row));
  }
  return set;
}

void EqualityDeleteSet::Insert(uint64_t hash, uint32_t row) {
  size_t last = slots_.size() - 1;
  for (size_t at = hash & last;; at = (at + 1) & last) {
    Slot& slot = slots_[at];
    if (slot.row == 0) {
      slot = {TagOf(hash), row + 1};
      ++size_;
      return;
    }
    if (slot.tag == TagOf(hash) && SameRow(columns_, slot.row - 1, columns_, row)) {
      return;
    }
  }
}

bool EqualityDeleteSet::Contains(uint64_t hash,
                                 std::span<const std::shared_ptr<arrow::Array>> columns,
                                 int64_t row) const {
  size_t last = slots_.size() - 1;
  for (size_t at = hash & last;; at = (at + 1) & last) {
    const Slot& slot = slots_[at];
    if (slot.row == 0) {
      return false;
    }
    if (slot.tag == TagOf(hash) && SameRow(columns_, slot.row - 1, columns, row)) {
      return true;
    }
  }
}

void EqualityDeleteSet::Clear(std::span<const std::shared_ptr<arrow::Array>> columns,
                              std::span<uint8_t> mask) const {
  if (size_ == 0) {
    return;
  }
  std::vector<uint64_t> hashes = HashRows(columns, static_cast<int64_t>(mask.size()));
  for (size_t row = 0; row < mask.size(); ++row) {
    if (mask[row] != 0 && Contains(hashes[row], columns, static_cast<int64_t>(row))) {
      mask[row] = 0;
    }
  }
}

int64_t EqualityDeleteSet::MemoryBytes() const {
  auto bytes = static_cast<int64_t>(slots_.size() * sizeof(Slot));
  for (const auto& column : columns_) {
    bytes += arrow::util::TotalBufferSize(*column);
  }
  return bytes;
}

}  // namespace firn::columnar
