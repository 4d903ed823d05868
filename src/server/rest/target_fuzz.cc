// Request targets: routing, percent-decoding, query parameters, page tokens.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/http/url.h"
#include "server/rest/listing.h"
#include "server/rest/router.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const firn::rest::Router kRouter = *firn::rest::Router::Make("%2E");
  std::string_view target(reinterpret_cast<const char*>(data), size);
  size_t question = target.find('?');
  auto route = kRouter.Match(firn::http::Method::kGet, target.substr(0, question));
  if (question == std::string_view::npos) {
    return 0;
  }
  auto query = firn::http::Query::Parse(target.substr(question + 1));
  if (query.has_value()) {
    static_cast<void>(firn::rest::ParsePage(*query, firn::rest::Listing::kTables, {}, 1000));
    static_cast<void>(kRouter.SplitNamespace(query->Find("parent").value_or("")));
  }
  return 0;
}
