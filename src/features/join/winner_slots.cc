#include "features/join/winner_slots.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <span>
#include <utility>

namespace firn::features {
namespace {

auto OrderOf(const Candidate& candidate) {
  return std::tuple(candidate.created, candidate.sequence_number, candidate.row_id,
                    candidate.place.file, candidate.place.position);
}

/// Winners that are sorted together, about.
constexpr int64_t kWinnersTogether = 128;

/// Cuts the files of winners into numbered blocks.
class Blocks {
 public:
  explicit Blocks(std::span<const Winner> winners) {
    std::vector<int64_t> rows;  // of each file, as far as there are winners
    for (const Winner& winner : winners) {
      rows.resize(std::max<size_t>(rows.size(), winner.place.file + size_t{1}));
      rows[winner.place.file] = std::max(rows[winner.place.file], winner.place.position + 1);
    }
    int64_t all = 0;
    for (int64_t count : rows) {
      all += count;
    }
    const auto blocks = static_cast<int64_t>(winners.size()) / kWinnersTogether + 1;
    shift_ = static_cast<int>(std::bit_width(static_cast<uint64_t>(all / blocks)));
    for (int64_t count : rows) {
      firsts_.push_back(count_);
      count_ += static_cast<size_t>(count >> shift_) + 1;
    }
  }

  size_t count() const { return count_; }
  size_t Of(const Winner& winner) const {
    return firsts_[winner.place.file] + static_cast<size_t>(winner.place.position >> shift_);
  }

 private:
  /// A block is 2^shift_ rows.
  int shift_ = 0;
  std::vector<size_t> firsts_;
  size_t count_ = 0;
};

/// By file, position, entity row: in place to the blocks (an American flag sort: McIlroy, Bostic,
/// McIlroy, "Engineering Radix Sort", 1993), then within each, where caches hold it.
void SortByPlace(std::vector<Winner>& winners) {
  const Blocks blocks(winners);
  std::vector<size_t> ends(blocks.count() + 1, 0);
  for (const Winner& winner : winners) {
    ++ends[blocks.Of(winner) + 1];
  }
  for (size_t block = 0; block < blocks.count(); ++block) {
    ends[block + 1] += ends[block];
  }
  std::vector<size_t> next(ends.begin(), ends.end() - 1);
  for (size_t block = 0; block < blocks.count(); ++block) {
    const size_t begin = ends[block];
    const size_t end = ends[block + 1];
    while (next[block] < end) {
      Winner& here = winners[next[block]];
      const size_t wanted = blocks.Of(here);
      if (wanted == block) {
        ++next[block];
      } else {
        std::swap(here, winners[next[wanted]++]);
      }
    }
    std::sort(winners.begin() + begin, winners.begin() + end, [](const Winner& a, const Winner& b) {
      return std::tie(a.place.position, a.entity_row) < std::tie(b.place.position, b.entity_row);
    });
  }
}

}  // namespace

bool WinsOver(int64_t best_time, const Candidate& best, int64_t time, const Candidate& candidate) {
  return best_time != time ? best_time < time : OrderOf(best) < OrderOf(candidate);
}

void WinnerSlots::Offer(size_t slot, int64_t time, const Candidate& candidate) {
  std::atomic_ref<int64_t> best(times_[slot]);
  if (time < best.load(std::memory_order_relaxed)) {
    return;  // times only grow
  }
  std::lock_guard lock(locks_[slot % kLocks]);
  if (Wins(slot, time, candidate)) {
    best.store(time, std::memory_order_relaxed);
    candidates_[slot] = candidate;
  }
}

std::vector<Winner> WinnerSlots::Winners(const EntityIndex& entities, const AgeLimit& limit) const {
  std::vector<Winner> winners;
  for (size_t key = 0; key < entities.keys().size(); ++key) {
    size_t best = EntityIndex::kNoSlot;
    for (size_t slot = entities.first_slot(key); slot < entities.first_slot(key + 1); ++slot) {
      const bool taken = times_[slot] != kNoTime;
      if (taken && (best == EntityIndex::kNoSlot || Wins(best, times_[slot], candidates_[slot]))) {
        best = slot;
      }
      const uint32_t row = entities.entity_row(slot);
      if (best != EntityIndex::kNoSlot && limit.Allows(row, times_[best])) {
        winners.push_back({candidates_[best].place, row});
      }
    }
  }
  SortByPlace(winners);
  return winners;
}

}  // namespace firn::features
