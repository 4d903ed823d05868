#include "features/keys/key_index.h"

#include <algorithm>
#include <utility>

namespace firn::features {
namespace {

constexpr size_t kFirstSlots = 1024;
/// Rows between asking the memory for a slot and looking at it.
constexpr size_t kAhead = 16;

uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

}  // namespace

bool KeyIndex::Same(uint32_t number, const EncodedKeys& keys, size_t row) const {
  if (keys.is_words()) {
    return words_[number] == keys.word(row);
  }
  return bytes(number) == keys.bytes(row);
}

size_t KeyIndex::SlotOf(const EncodedKeys& keys, size_t row) const {
  const uint64_t hash = keys.hash(row);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].number != 0 &&
         (slots_[at].tag != TagOf(hash) || !Same(slots_[at].number - 1, keys, row))) {
    at = (at + 1) & mask;
  }
  return at;
}

void KeyIndex::Grow() {
  std::vector<Slot> slots(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  const size_t mask = slots.size() - 1;
  for (size_t number = 0; number < size_; ++number) {
    size_t at = hashes_[number] & mask;
    while (slots[at].number != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = {TagOf(hashes_[number]), static_cast<uint32_t>(number) + 1};
  }
  slots_ = std::move(slots);
}

void KeyIndex::Add(const EncodedKeys& keys, size_t row) {
  hashes_.push_back(keys.hash(row));
  if (keys.is_words()) {
    words_.push_back(keys.word(row));
  } else {
    bytes_.append(keys.bytes(row));
    offsets_.push_back(bytes_.size());
  }
  ++size_;
}

Result<uint32_t> KeyIndex::InsertOne(const EncodedKeys& keys, size_t row) {
  if (slots_.size() < 2 * (size_ + 1)) {
    Grow();
  }
  Slot& slot = slots_[SlotOf(keys, row)];
  if (slot.number == 0) {
    if (size_ == kMaxKeys) {
      return Error(ErrorCode::kPayloadTooLarge, "There are more than 2^31 distinct keys");
    }
    slot = {TagOf(keys.hash(row)), static_cast<uint32_t>(size_) + 1};
    Add(keys, row);
  }
  return slot.number - 1;
}

Status KeyIndex::Insert(const EncodedKeys& keys, std::span<uint32_t> numbers) {
  for (size_t row = 0; row < keys.rows(); ++row) {
    if (!keys.valid(row)) {
      numbers[row] = kNoKey;
      continue;
    }
    ASSIGN_OR_RETURN(numbers[row], InsertOne(keys, row));
  }
  return {};
}

void KeyIndex::Find(const EncodedKeys& keys, std::span<uint32_t> numbers) const {
  if (slots_.empty()) {
    std::fill(numbers.begin(), numbers.end(), kNoKey);
    return;
  }
  const size_t mask = slots_.size() - 1;
  for (size_t row = 0; row < keys.rows(); ++row) {
    if (row + kAhead < keys.rows()) {
      __builtin_prefetch(&slots_[keys.hash(row + kAhead) & mask]);
    }
    // An empty slot has number 0, which gives kNoKey.
    numbers[row] = keys.valid(row) ? slots_[SlotOf(keys, row)].number - 1 : kNoKey;
  }
}

size_t KeyIndex::MemoryBytes() const {
  return slots_.capacity() * sizeof(Slot) + bytes_.capacity() +
         (hashes_.capacity() + words_.capacity()) * sizeof(uint64_t) +
         offsets_.capacity() * sizeof(size_t);
}

}  // namespace firn::features
