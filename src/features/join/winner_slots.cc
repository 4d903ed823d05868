#include "features/join/winner_slots.h"

#include <algorithm>
#include <mutex>

namespace firn::features {
namespace {

auto OrderOf(const Candidate& candidate) {
  return std::tuple(candidate.created, candidate.sequence_number, candidate.row_id,
                    candidate.place.file, candidate.place.position);
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
  std::ranges::sort(winners, {}, [](const Winner& winner) {
    return std::tuple(winner.place.file, winner.place.position, winner.entity_row);
  });
  return winners;
}

}  // namespace firn::features
