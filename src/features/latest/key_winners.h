// KeyWinners: of every key the row that wins so far, while rows come in any order from many
// threads. Keys are spread over parts by their hash, each with a lock, an index and its winners.
//
// Memory: about 100 bytes a key, and the keys; as much as is said at most, and what one batch
// brings. Limit: KeyIndex::kMaxKeys of a part. Thread-safety: Offer from many threads; Winners when
// all have ended.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "features/join/match_columns.h"
#include "features/keys/key_index.h"

namespace firn::features {

class KeyWinners {
 public:
  /// Rows whose key has a null part, or that have no time, count nowhere; nor do those outside
  /// [start, end], in ViewSchema::unit.
  KeyWinners(int64_t start, int64_t end, int64_t memory_bytes)
      : start_(start), end_(end), memory_bytes_(memory_bytes) {}

  /// Errors: kPayloadTooLarge where there are more keys than the memory holds.
  Status Offer(const RowsToMatch& rows);

  /// One a key, by file and position; numbered in that order.
  std::vector<Winner> Winners() const;

 private:
  static constexpr size_t kParts = 64;

  struct Part {
    std::mutex mutex;
    KeyIndex keys;
    /// By number of the key.
    std::vector<int64_t> times;
    std::vector<Candidate> candidates;

    int64_t MemoryBytes() const;
  };

  Status OfferTo(Part& part, const RowsToMatch& rows, const std::vector<uint32_t>& chosen);

  const int64_t start_;
  const int64_t end_;
  const int64_t memory_bytes_;
  std::array<Part, kParts> parts_;
  std::atomic<int64_t> held_bytes_ = 0;
};

}  // namespace firn::features
