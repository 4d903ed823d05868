// Any bytes as a deletion vector: with the checksum as it is, and made right, so that what is
// behind it is reached. What is accepted must survive printing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <libdeflate.h>

#include "iceberg/manifest/puffin/deletion_vector.h"
#include "iceberg/manifest/puffin/roaring_format_internal.h"

namespace firn::iceberg {
namespace {

void Check(std::string_view blob, int64_t cardinality) {
  auto vector = DeletionVector::Parse(blob, cardinality);
  if (!vector.has_value()) {
    return;
  }
  auto printed = vector->Print();
  if (!printed.has_value() || vector->cardinality() != cardinality) {
    std::abort();
  }
  auto again = DeletionVector::Parse(*printed, cardinality);
  if (!again.has_value() || !(*again == *vector)) {
    std::abort();
  }
  constexpr int64_t kFirstRows = 100'000;
  for (int64_t position : vector->Between(0, kFirstRows)) {
    if (!vector->Contains(position)) {
      std::abort();
    }
  }
}

/// The frame around a vector, right.
std::string Framed(std::string_view vector) {
  std::string checked = "\xD1\xD3\x39\x64" + std::string(vector);
  uint32_t checksum = libdeflate_crc32(0, checked.data(), checked.size());
  std::string blob;
  for (int shift = 24; shift >= 0; shift -= 8) {
    blob += static_cast<char>(checked.size() >> shift);
  }
  blob += checked;
  for (int shift = 24; shift >= 0; shift -= 8) {
    blob += static_cast<char>(checksum >> shift);
  }
  return blob;
}

/// What the bitmaps of a vector hold, as far as they are sound.
int64_t Cardinality(std::string_view vector) {
  int64_t values = 0;
  constexpr size_t kCountBytes = 8;
  constexpr size_t kKeyBytes = 4;
  for (size_t at = kCountBytes; at + kKeyBytes < vector.size();) {
    auto extent = CheckRoaring(vector.substr(at + kKeyBytes));
    if (!extent.has_value()) {
      break;
    }
    values += extent->cardinality;
    at += kKeyBytes + extent->bytes;
  }
  return values;
}

}  // namespace
}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr size_t kHeadBytes = 8;
  constexpr size_t kChecksumBytes = 4;
  if (size < kHeadBytes + kChecksumBytes) {
    return 0;
  }
  std::string_view vector = bytes.substr(kHeadBytes, size - kHeadBytes - kChecksumBytes);
  int64_t cardinality = firn::iceberg::Cardinality(vector);
  firn::iceberg::Check(bytes, cardinality);
  firn::iceberg::Check(firn::iceberg::Framed(vector), cardinality);
  return 0;
}
