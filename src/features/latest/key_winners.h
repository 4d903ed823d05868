// KeyWinners: of every key the row that wins so far, while rows come in any order from many
// threads. Keys are spread over parts by their hash, each with a lock, an index and its winners.
//
// Memory: about 100 bytes a key, and the keys. Limit: KeyIndex::kMaxKeys of a part.
// Thread-safety: Offer from many threads; Winners when all have ended.
#pragma once

#include <array>
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
  KeyWinners(int64_t start, int64_t end) : start_(start), end_(end) {}

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
  };

  Status OfferTo(Part& part, const RowsToMatch& rows, const std::vector<uint32_t>& chosen);

  const int64_t start_;
  const int64_t end_;
  std::array<Part, kParts> parts_;
};

}  // namespace firn::features
