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

size_t EntityIndex::SlotAt(uint32_t key, int64_t time) const {
  const auto begin = times_.begin() + starts_[key];
  const auto end = times_.begin() + starts_[key + 1];
  const auto at = std::lower_bound(begin, end, time);
  return at == end ? kNoSlot : static_cast<size_t>(at - times_.begin());
}

}  // namespace firn::features
