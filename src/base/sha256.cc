#include "base/sha256.h"

#include <openssl/sha.h>

#include "base/hex.h"

namespace firn {

std::array<uint8_t, 32> Sha256(std::string_view bytes) {
  std::array<uint8_t, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

std::string Sha256Hex(std::string_view bytes) {
  auto digest = Sha256(bytes);
  return HexEncode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace firn
