#include "table/maintain/fingerprint_set.h"

#include <algorithm>
#include <functional>

#include "storage/location.h"

namespace firn::table {
namespace {

constexpr size_t kFirstSlots = 64;
constexpr uint64_t kThere = 1;
/// Set in every key, so that none is 0 without kThere.
constexpr uint64_t kUsed = 2;

uint64_t BitsOf(std::string_view key) {
  return (std::hash<std::string_view>()(key) & ~kThere) | kUsed;
}

}  // namespace

size_t FingerprintSet::SlotOf(uint64_t bits) const {
  size_t mask = slots_.size() - 1;
  // The low bits say nothing of the key.
  size_t slot = (bits >> 2) & mask;
  while (slots_[slot] != 0 && (slots_[slot] & ~kThere) != bits) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void FingerprintSet::Grow() {
  std::vector<uint64_t> old(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  old.swap(slots_);
  for (uint64_t entry : old) {
    if (entry != 0) {
      slots_[SlotOf(entry & ~kThere)] = entry;
    }
  }
}

bool FingerprintSet::Insert(std::string_view key) {
  if ((used_ + 1) * 4 > slots_.size() * 3) {
    Grow();
  }
  uint64_t bits = BitsOf(key);
  uint64_t& slot = slots_[SlotOf(bits)];
  if (slot != 0) {
    return false;
  }
  slot = bits | kThere;
  ++used_;
  ++size_;
  return true;
}

bool FingerprintSet::Erase(std::string_view key) {
  if (slots_.empty()) {
    return false;
  }
  uint64_t& slot = slots_[SlotOf(BitsOf(key))];
  bool there = (slot & kThere) != 0;
  slot &= ~kThere;
  size_ -= there ? 1 : 0;
  return there;
}

bool FingerprintSet::Contains(std::string_view key) const {
  return !slots_.empty() && (slots_[SlotOf(BitsOf(key))] & kThere) != 0;
}

std::string PlaceOf(std::string_view location) {
  auto parsed = storage::Location::Parse(location);
  return parsed.has_value() ? parsed->Canonical() : std::string(location);
}

std::string PathOfPlace(std::string_view location) {
  size_t colon = location.find(':');
  if (colon != std::string_view::npos && location.find('/') > colon) {
    location.remove_prefix(colon + 1);
    if (location.starts_with("//")) {
      location.remove_prefix(std::min(location.find('/', 2), location.size()));
    }
  }
  std::string path;
  for (char c : location) {
    if (c != '/' || !path.ends_with('/')) {
      path += c;
    }
  }
  return path;
}

}  // namespace firn::table
