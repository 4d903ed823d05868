// The answers of a catalog that is broken or not to be trusted: every parser on the same bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/rest/rest_error.h"
#include "catalog/rest/rest_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(firn::catalog::rest::ParseServerConfig(body));
  static_cast<void>(firn::catalog::rest::ParseNamespacePage(body));
  static_cast<void>(firn::catalog::rest::ParseTablePage(body));
  static_cast<void>(firn::catalog::rest::ParseNamespaceProperties(body));
  static_cast<void>(firn::catalog::rest::ParseLoadedTable(body));
  static_cast<void>(firn::catalog::rest::ParseLoadedView(body));
  static_cast<void>(firn::catalog::rest::ParseCredentialsAnswer(body));
  static_cast<void>(firn::catalog::rest::ParseSignedRequest(body));
  static_cast<void>(
      firn::catalog::rest::ErrorOf({.status = 409, .headers = {}, .body = std::string(body)}, {}));
  return 0;
}
