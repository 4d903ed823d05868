// Table metadata from any bytes: no crash, and what is accepted prints to text that reads back the
// same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "iceberg/metadata/table_metadata_json.h"

namespace firn::iceberg {

void Run(std::string_view text) {
  auto metadata = ParseTableMetadata(text);
  if (!metadata.has_value()) {
    return;
  }
  std::string printed = PrintTableMetadata(**metadata);
  auto again = ParseTableMetadata(printed);
  if (!again.has_value() || PrintTableMetadata(**again) != printed) {
    std::abort();
  }
  std::string refs;
  AppendTableMetadata(**metadata, SnapshotSelection::kRefs, refs);
  if (!ParseTableMetadata(refs).has_value()) {
    std::abort();
  }
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
