// Any bytes as a manifest list.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "iceberg/manifest/manifest_list.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(firn::iceberg::ReadManifestList(bytes, "fuzz").has_value());
  return 0;
}
