// KeyIndex: numbers distinct keys 0, 1, 2, ... as they are first seen, and finds them again. An
// open-addressed hash table over keys that it owns; at most half of its slots are taken.
//
// Limit: kMaxKeys. Memory: MemoryBytes.
// Thread-safety: Find from many threads, while nobody inserts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/keys/encoded_keys.h"

namespace firn::features {

class KeyIndex {
 public:
  static constexpr uint32_t kNoKey = std::numeric_limits<uint32_t>::max();
  static constexpr size_t kMaxKeys = size_t{1} << 31;

  /// Sets `numbers[row]` to the key's number, to kNoKey where a part of it is null. All batches
  /// have the same key types. Errors: kPayloadTooLarge above kMaxKeys.
  Status Insert(const EncodedKeys& keys, std::span<uint32_t> numbers);
  /// The number of one key, no part of which is null. Errors: as Insert.
  Result<uint32_t> InsertOne(const EncodedKeys& keys, size_t row);
  /// The same, with kNoKey also where the key is not there.
  void Find(const EncodedKeys& keys, std::span<uint32_t> numbers) const;

  size_t size() const { return size_; }
  /// True where keys are words; false also while there is none.
  bool is_words() const { return !words_.empty(); }
  /// The key of a number < size(), as EncodedKeys has it.
  uint64_t word(size_t number) const { return words_[number]; }
  std::string_view bytes(size_t number) const {
    return std::string_view(bytes_).substr(offsets_[number],
                                           offsets_[number + 1] - offsets_[number]);
  }
  size_t MemoryBytes() const;

 private:
  struct Slot {
    /// The upper half of the hash.
    uint32_t tag = 0;
    /// Number of the key, plus 1; 0: empty.
    uint32_t number = 0;
  };

  /// Where the key is, or the empty slot where it would be.
  size_t SlotOf(const EncodedKeys& keys, size_t row) const;
  bool Same(uint32_t number, const EncodedKeys& keys, size_t row) const;
  void Add(const EncodedKeys& keys, size_t row);
  void Grow();

  std::vector<Slot> slots_;
  size_t size_ = 0;
  /// By number.
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> words_;
  std::string bytes_;
  std::vector<size_t> offsets_{0};
};

}  // namespace firn::features
