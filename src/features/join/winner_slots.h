// WinnerSlots: of the feature rows that belong to each entity row, the one that wins: the latest
// event time; then the latest created time, none before any; then the latest to arrive. Source:
// docs/behaviour.md, "Which row wins".
//
// Rows are offered in any order by many threads; the winners do not depend on it, as the order of
// candidates is total. Memory: 48 bytes a slot.
// Thread-safety: Offer from many threads; Winners when all have ended.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "features/join/entity_index.h"
#include "features/join/event_times.h"

namespace firn::features {

/// Where a feature row is: the number of its file (FileScan) and its position there.
struct RowPlace {
  static constexpr uint32_t kNoFile = std::numeric_limits<uint32_t>::max();

  uint32_t file = kNoFile;
  int64_t position = 0;
};

struct Candidate {
  int64_t created = kNoTime;
  /// `_last_updated_sequence_number` and `_row_id`; the least number where there is none. Files are
  /// numbered by sequence number, so the place decides where these do not.
  int64_t sequence_number = std::numeric_limits<int64_t>::min();
  int64_t row_id = std::numeric_limits<int64_t>::min();
  RowPlace place;
};

/// True where the row of the second event time wins against that of the first. Total: of two rows
/// one wins.
bool WinsOver(int64_t best_time, const Candidate& best, int64_t time, const Candidate& candidate);

/// A feature row that was chosen, and for which entity row.
struct Winner {
  RowPlace place;
  uint32_t entity_row = 0;
};

class WinnerSlots {
 public:
  explicit WinnerSlots(size_t slots) : times_(slots, kNoTime), candidates_(slots) {}

  /// Asks the memory for a slot that something is offered to soon.
  void Prefetch(size_t slot) const {
    __builtin_prefetch(&times_[slot]);
    __builtin_prefetch(&candidates_[slot]);
  }
  /// `time` is the event time of the row, not kNoTime.
  void Offer(size_t slot, int64_t time, const Candidate& candidate);

  /// The winner of every entity row that has one within the limit, by file, position, entity row.
  std::vector<Winner> Winners(const EntityIndex& entities, const AgeLimit& limit) const;

 private:
  class Lock {
   public:
    void lock() {
      while (taken_.test_and_set(std::memory_order_acquire)) {
        while (taken_.test(std::memory_order_relaxed)) {
        }
      }
    }
    void unlock() { taken_.clear(std::memory_order_release); }

   private:
    std::atomic_flag taken_;
  };
  static constexpr size_t kLocks = 1024;

  bool Wins(size_t slot, int64_t time, const Candidate& candidate) const {
    return WinsOver(times_[slot], candidates_[slot], time, candidate);
  }

  std::vector<int64_t> times_;
  std::vector<Candidate> candidates_;
  std::array<Lock, kLocks> locks_;
};

}  // namespace firn::features
