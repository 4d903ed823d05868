// Any bytes as a manifest.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "iceberg/manifest/manifest_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  firn::iceberg::ManifestFile manifest;
  manifest.path = "fuzz";
  manifest.sequence_number = firn::iceberg::SequenceNumber(1);
  manifest.first_row_id = 0;
  static_cast<void>(firn::iceberg::ReadManifest(bytes, manifest).has_value());
  return 0;
}
