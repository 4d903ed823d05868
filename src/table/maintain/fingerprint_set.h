// FingerprintSet: a set of files, each as 64 bits of its location, so that a million files take 16
// MiB. Two spellings of one place (storage/location.h) are one file.
//
// Two files may have the same bits, about once in 10^7 sets of a million. Users lean to the safe
// side: a file that is taken out takes the other with it, and what is not in the set is not
// deleted.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firn::table {

class FingerprintSet {
 public:
  /// True where it is new. What was erased does not come back: false.
  bool Insert(std::string_view key);
  /// True where it was there.
  bool Erase(std::string_view key);
  bool Contains(std::string_view key) const;

  size_t size() const { return size_; }
  size_t memory_bytes() const { return slots_.size() * sizeof(uint64_t); }

 private:
  /// Where the key is, or the free slot where it would be.
  size_t SlotOf(uint64_t bits) const;
  void Grow();

  /// 0: free. Else the key's bits, the lowest of which says that it is there; a power of two long.
  std::vector<uint64_t> slots_;
  size_t used_ = 0;
  size_t size_ = 0;
};

/// One text for a place: canonical where it is a location, else as it is.
std::string PlaceOf(std::string_view location);

/// What is left of a location without scheme and authority, with single slashes: equal for two
/// spellings of a file that PlaceOf takes for two.
std::string PathOfPlace(std::string_view location);

}  // namespace firn::table
