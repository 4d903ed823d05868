#include "features/join/entity_index.h"

#include <algorithm>
#include <utility>

namespace firn::features {
namespace {

struct TimedRow {
  int64_t time;
  uint32_t row;

  friend auto operator<=>(const TimedRow&, const TimedRow&) = default;
};

/// Rows whose memory is asked for together before one of them is looked at.
constexpr size_t kTogether = 64;

}  // namespace

Result<EntityIndex> EntityIndex::Make(const EncodedKeys& keys, std::span<const int64_t> times) {
  if (times.size() >= std::numeric_limits<uint32_t>::max()) {
    return Error(ErrorCode::kPayloadTooLarge, "An entity frame has at most 2^32 - 2 rows");
  }
  EntityIndex index;
  std::vector<uint32_t> numbers(keys.rows());
  RETURN_IF_ERROR(index.keys_.Insert(keys, numbers));
  for (size_t row = 0; row < numbers.size(); ++row) {
    if (times[row] == kNoTime) {
      numbers[row] = KeyIndex::kNoKey;
    }
  }
  index.Sort(numbers, times);
  return index;
}

void EntityIndex::Sort(std::span<const uint32_t> numbers, std::span<const int64_t> times) {
  starts_.assign(keys_.size() + 1, 0);
  for (uint32_t number : numbers) {
    if (number != KeyIndex::kNoKey) {
      ++starts_[number + 1];
    }
  }
  for (size_t key = 0; key < keys_.size(); ++key) {
    starts_[key + 1] += starts_[key];
  }
  std::vector<TimedRow> sorted(starts_.back());
  std::vector<uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (size_t row = 0; row < numbers.size(); ++row) {
    if (numbers[row] != KeyIndex::kNoKey) {
      sorted[next[numbers[row]]++] = {times[row], static_cast<uint32_t>(row)};
    }
  }
  for (size_t key = 0; key < keys_.size(); ++key) {
    std::sort(sorted.begin() + starts_[key], sorted.begin() + starts_[key + 1]);
  }
  times_.reserve(sorted.size());
  rows_.reserve(sorted.size());
  for (const TimedRow& timed : sorted) {
    times_.push_back(timed.time);
    rows_.push_back(timed.row);
    earliest_ = std::min(earliest_, timed.time);
    latest_ = std::max(latest_, timed.time);
  }
}

void EntityIndex::FindSlots(std::span<const uint32_t> keys,
                            std::span<const int64_t> times,
                            std::span<size_t> slots) const {
  for (size_t begin = 0; begin < keys.size(); begin += kTogether) {
    const size_t end = std::min(begin + kTogether, keys.size());
    for (size_t row = begin; row < end; ++row) {
      if (keys[row] != KeyIndex::kNoKey) {
        __builtin_prefetch(&starts_[keys[row]]);
      }
    }
    for (size_t row = begin; row < end; ++row) {
      if (keys[row] != KeyIndex::kNoKey) {
        __builtin_prefetch(times_.data() + starts_[keys[row]]);
      }
    }
    for (size_t row = begin; row < end; ++row) {
      const bool is_one = keys[row] != KeyIndex::kNoKey && times[row] != kNoTime;
      slots[row] = is_one ? SlotAt(keys[row], times[row]) : kNoSlot;
    }
  }
}

size_t EntityIndex::SlotAt(uint32_t key, int64_t time) const {
  // A lower bound without branches, which nobody could predict.
  size_t at = starts_[key];
  for (size_t left = starts_[key + 1] - at; left > 0;) {
    const size_t half = (left + 1) / 2;
    at += times_[at + half - 1] < time ? half : 0;
    left -= half;
  }
  return at == starts_[key + 1] ? kNoSlot : at;
}

}  // namespace firn::features
