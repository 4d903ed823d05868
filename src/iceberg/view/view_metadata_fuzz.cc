// View metadata from any bytes: no crash, and what is accepted prints to text that reads back the
// same. Bytes that hold `updates` besides are applied to an accepted view.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "iceberg/view/apply_view_updates.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr TimestampMs kNow{1'700'000'000'000};

void Apply(const ViewMetadataPtr& base, std::string_view text) {
  auto document = json::Document::Parse(text, json::kFileLimits);
  auto root = json::AsObject(document->root(), "view");
  auto array = json::GetArray(*root, "updates");
  if (!array.has_value()) {
    return;
  }
  auto updates = ParseViewUpdates(*array);
  if (!updates.has_value()) {
    return;
  }
  auto next = ApplyViewUpdates(base, *updates, kNow);
  if (next.has_value() && !ParseViewMetadata(PrintViewMetadata(**next)).has_value()) {
    std::abort();
  }
}

}  // namespace

void Run(std::string_view text) {
  auto metadata = ParseViewMetadata(text);
  if (!metadata.has_value()) {
    return;
  }
  std::string printed = PrintViewMetadata(**metadata);
  auto again = ParseViewMetadata(printed);
  if (!again.has_value() || PrintViewMetadata(**again) != printed) {
    std::abort();
  }
  Apply(*metadata, text);
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
