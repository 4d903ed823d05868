#include "iceberg/manifest/avro/block_cursor.h"

namespace firn::iceberg::avro {

BlockCursor::LongVarint BlockCursor::ReadLongVarint(const char* at, uint64_t bits) {
  uint64_t lasts = ~bits & kHighBits;
  if (lasts != 0) {
    return {JoinBytes(bits & (lasts ^ (lasts - 1))), std::countr_zero(lasts) / 8 + 1};
  }
  uint64_t value = 0;
  for (int i = 0; i < kMaxVarintBytes; ++i) {
    auto byte = static_cast<unsigned char>(at[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      return {value, i + 1};
    }
  }
  return {0, 0};
}

}  // namespace firn::iceberg::avro
