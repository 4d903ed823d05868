// The bodies of planning calls: the first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/rest/plan_requests.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    static_cast<void>(firn::rest::ParsePlanTableScan(body));
  } else {
    static_cast<void>(firn::rest::ParseFetchScanTasks(body));
  }
  return 0;
}
