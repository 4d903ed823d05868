// A registry of any bytes: definitions or an error; and any text as a data source.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "features/definitions/feast_registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto registry = firn::features::ReadFeastRegistry(bytes);
  if (registry.has_value()) {
    for (const auto& view : registry->views) {
      static_cast<void>(view.source.TableIn("default"));
      static_cast<void>(registry->FindView("", view.name));
      static_cast<void>(registry->FindProjection(view, "origin"));
    }
  }
  static_cast<void>(firn::features::ReadFeastSourceJson(bytes));
  return 0;
}
