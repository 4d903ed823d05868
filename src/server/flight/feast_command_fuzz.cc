// A command of any text: one that can be read, or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/flight/feast_command.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(firn::flight::ParseFeastCommand(text));
  static_cast<void>(firn::flight::ReadPythonTime(text));
  return 0;
}
