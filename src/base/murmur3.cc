#include "base/murmur3.h"

#include <bit>
#include <cstring>

namespace firn {
namespace {

constexpr uint32_t kC1 = 0xcc9e2d51;
constexpr uint32_t kC2 = 0x1b873593;

uint32_t MixBlock(uint32_t block) { return std::rotl(block * kC1, 15) * kC2; }

uint32_t Finalise(uint32_t hash) {
  hash ^= hash >> 16;
  hash *= 0x85ebca6b;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35;
  hash ^= hash >> 16;
  return hash;
}

}  // namespace

uint32_t Murmur3(std::string_view bytes, uint32_t seed) {
  uint32_t hash = seed;
  size_t blocks = bytes.size() / 4;
  for (size_t i = 0; i < blocks; ++i) {
    uint32_t block = 0;
    std::memcpy(&block, bytes.data() + i * 4, 4);
    hash = std::rotl(hash ^ MixBlock(block), 13) * 5 + 0xe6546b64;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > blocks * 4; --i) {
    tail = (tail << 8) | static_cast<unsigned char>(bytes[i - 1]);
  }
  hash ^= MixBlock(tail);
  return Finalise(hash ^ static_cast<uint32_t>(bytes.size()));
}

}  // namespace firn
