// EntityIndex: the rows of an entity frame by key and, of one key, by time. A feature row belongs
// to the first entity row of its key that is not before it: that row's slot. What it holds for
// later rows of the key follows by going through the slots once (winner_slots.h).
//
// Rows without a whole key or a time are in no slot. Memory: about 30 bytes a row, and the keys.
// Limit: 2^32 - 1 entity rows. Thread-safety: immutable after Make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>

#include "base/result.h"
#include "features/join/event_times.h"
#include "features/keys/key_index.h"

namespace firn::features {

class EntityIndex {
 public:
  static constexpr size_t kNoSlot = std::numeric_limits<size_t>::max();

  /// `keys` and `times` have a value for each entity row.
  static Result<EntityIndex> Make(const EncodedKeys& keys, std::span<const int64_t> times);

  const KeyIndex& keys() const { return keys_; }
  /// Numbered by key, then time, then entity row.
  size_t slots() const { return times_.size(); }
  uint32_t entity_row(size_t slot) const { return rows_[slot]; }
  /// Of all slots, of which there is one at least.
  int64_t earliest_time() const { return earliest_; }
  int64_t latest_time() const { return latest_; }
  /// The slots of a key: [first_slot(key), first_slot(key + 1)).
  size_t first_slot(size_t key) const { return starts_[key]; }

  /// Sets `slots[row]` to the first slot of `keys[row]` at or after `times[row]`; to kNoSlot where
  /// all are before it, and where there is no key or time.
  void FindSlots(std::span<const uint32_t> keys,
                 std::span<const int64_t> times,
                 std::span<size_t> slots) const;

 private:
  void Sort(std::span<const uint32_t> numbers, std::span<const int64_t> times);
  size_t SlotAt(uint32_t key, int64_t time) const;

  KeyIndex keys_;
  std::vector<uint32_t> starts_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> rows_;
  int64_t earliest_ = std::numeric_limits<int64_t>::max();
  int64_t latest_ = std::numeric_limits<int64_t>::min();
};

}  // namespace firn::features
