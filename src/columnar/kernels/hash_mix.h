// The mixing step of hash tables over column values: a 64-bit state takes in words or bytes. Of one
// process only: never stored, never the hash of a specification.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace firn::columnar {

/// One multiplication of 128 bits, its halves joined.
inline uint64_t Mix(uint64_t seed, uint64_t value) {
  __extension__ using Wide = unsigned __int128;
  constexpr uint64_t kWhitening = 0x9E3779B97F4A7C15;
  Wide product = static_cast<Wide>(seed ^ value ^ kWhitening) * 0xA0761D6478BD642F;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t MixBytes(uint64_t seed, std::string_view bytes) {
  seed = Mix(seed, bytes.size());
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    seed = Mix(seed, word);
    bytes.remove_prefix(sizeof(word));
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  return Mix(seed, rest);
}

}  // namespace firn::columnar
