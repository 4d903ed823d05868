// Every request body parser on the same bytes: the first byte chooses.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/rest/requests.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      static_cast<void>(firn::rest::ParseCreateNamespace(body));
      break;
    case 1:
      static_cast<void>(firn::rest::ParseUpdateProperties(body));
      break;
    case 2:
      static_cast<void>(firn::rest::ParseCreateTable(body));
      break;
    case 3:
      static_cast<void>(firn::rest::ParseRegister(body));
      break;
    case 4:
      static_cast<void>(firn::rest::ParseTransaction(body));
      break;
    case 5:
      static_cast<void>(firn::rest::ParseCreateView(body));
      break;
    case 6:
      static_cast<void>(firn::rest::ParseCommitView(body, {}));
      break;
    default:
      static_cast<void>(firn::rest::ParseMetricsReport(body));
  }
  return 0;
}
