#include "features/latest/key_winners.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace firn::features {
namespace {

/// The lower bits choose slots of the index, the upper ones are its tags.
size_t PartOf(uint64_t hash, size_t parts) { return (hash >> 24) % parts; }

}  // namespace

int64_t KeyWinners::Part::MemoryBytes() const {
  return static_cast<int64_t>(keys.MemoryBytes() + times.capacity() * sizeof(int64_t) +
                              candidates.capacity() * sizeof(Candidate));
}

Status KeyWinners::Offer(const RowsToMatch& rows) {
  std::array<std::vector<uint32_t>, kParts> chosen;
  for (size_t row = 0; row < rows.times.size(); ++row) {
    const int64_t time = rows.times[row];
    if (time != kNoTime && time >= start_ && time <= end_ && rows.keys.valid(row)) {
      chosen[PartOf(rows.keys.hash(row), kParts)].push_back(static_cast<uint32_t>(row));
    }
  }
  for (size_t part = 0; part < kParts; ++part) {
    if (!chosen[part].empty()) {
      RETURN_IF_ERROR(OfferTo(parts_[part], rows, chosen[part]));
    }
  }
  return {};
}

Status KeyWinners::OfferTo(Part& part,
                           const RowsToMatch& rows,
                           const std::vector<uint32_t>& chosen) {
  std::lock_guard lock(part.mutex);
  const int64_t before = part.MemoryBytes();
  for (uint32_t row : chosen) {
    ASSIGN_OR_RETURN(uint32_t number, part.keys.InsertOne(rows.keys, row));
    if (number == part.times.size()) {
      part.times.push_back(rows.times[row]);
      part.candidates.push_back(rows.candidates[row]);
    } else if (WinsOver(part.times[number], part.candidates[number], rows.times[row],
                        rows.candidates[row])) {
      part.times[number] = rows.times[row];
      part.candidates[number] = rows.candidates[row];
    }
  }
  const int64_t more = part.MemoryBytes() - before;
  if (held_bytes_.fetch_add(more, std::memory_order_relaxed) + more <= memory_bytes_) {
    return {};
  }
  return Error(
      ErrorCode::kPayloadTooLarge,
      fmt::format("The table has more keys than {} MiB of memory hold: ask for fewer, by a "
                  "start and an end of the event times",
                  memory_bytes_ >> 20));
}

std::vector<Winner> KeyWinners::Winners() const {
  std::vector<Winner> winners;
  for (const Part& part : parts_) {
    for (const Candidate& candidate : part.candidates) {
      winners.push_back({candidate.place, 0});
    }
  }
  std::ranges::sort(winners, {}, [](const Winner& winner) {
    return std::tuple(winner.place.file, winner.place.position);
  });
  for (size_t i = 0; i < winners.size(); ++i) {
    winners[i].entity_row = static_cast<uint32_t>(i);
  }
  return winners;
}

}  // namespace firn::features
