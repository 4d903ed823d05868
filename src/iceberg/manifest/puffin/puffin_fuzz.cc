// Any bytes as a Puffin file: its footer, and every blob that the footer places.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "iceberg/manifest/puffin/puffin_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto file_bytes = static_cast<int64_t>(size);
  std::string_view tail = bytes.substr(size - std::min(size, firn::iceberg::kPuffinTailBytes));
  static_cast<void>(firn::iceberg::PuffinFooterBytes(tail, file_bytes, "fuzz").has_value());
  auto footer = firn::iceberg::ReadPuffinFooter(bytes, file_bytes, "fuzz");
  if (!footer.has_value()) {
    return 0;
  }
  constexpr size_t kMaxBlobs = 16;
  for (size_t i = 0; i < std::min(kMaxBlobs, footer->blobs.size()); ++i) {
    const firn::iceberg::PuffinBlob& blob = footer->blobs[i];
    auto stored =
        bytes.substr(static_cast<size_t>(blob.offset), static_cast<size_t>(blob.length_bytes));
    static_cast<void>(firn::iceberg::UnpackBlob(blob, stored, "fuzz").has_value());
  }
  return 0;
}
