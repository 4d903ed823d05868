// A body of any bytes, as JSON and as Arrow: it gives sound batches or an error, within its memory.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/features/bounded_memory.h"
#include "server/features/entity_input.h"

namespace {

using firn::rest::FeatureBody;

void Read(std::string_view body, FeatureBody form) {
  auto memory = firn::server_features::BoundedMemory::Make(int64_t{16} << 20);
  auto input = firn::server_features::ReadEntityInput(body, form, memory.get());
  if (!input.has_value() || input->entities == nullptr) {
    return;
  }
  std::shared_ptr<arrow::RecordBatch> batch;
  while (input->entities->ReadNext(&batch).ok() && batch != nullptr) {
    if (!batch->ValidateFull().ok()) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  Read(body, FeatureBody::kJson);
  Read(body, FeatureBody::kArrow);
  static_cast<void>(firn::server_features::ReadLatestInput(body, FeatureBody::kJson));
  static_cast<void>(firn::server_features::ReadLatestInput(body, FeatureBody::kArrow));
  return 0;
}
