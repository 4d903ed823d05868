// Signed requests from any bytes: no crash, and nothing verifies that our key did not sign.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/aws/profile_file.h"
#include "storage/aws/sigv4.h"

namespace firn::storage::aws {
namespace {

/// First line: URL; then headers, one a line.
void Run(std::string_view text) {
  const Credentials kOurs{.access_key_id = "key", .secret_access_key = "not to be guessed"};
  if (text.contains(kOurs.secret_access_key)) {
    return;  // then it may stand in the request
  }
  static_cast<void>(ReadSection(text, "default"));
  http::HttpRequest request{.method = "GET", .url = std::string(text.substr(0, text.find('\n')))};
  while (text.find('\n') != std::string_view::npos) {
    text.remove_prefix(text.find('\n') + 1);
    std::string_view line = text.substr(0, text.find('\n'));
    std::string_view name = line.substr(0, line.find(':'));
    std::string_view value = name.size() < line.size() ? line.substr(name.size() + 1) : "";
    request.headers.push_back({std::string(name), std::string(value)});
  }
  const SigningScope kScope{.region = "us-east-1", .service = "s3"};
  constexpr TimestampMs kNow(1'769'853'600'000);
  static_cast<void>(AccessKeyOf(request));
  if (Verify(request, kOurs, kScope, kNow).has_value()) {
    std::abort();
  }
  Sign(request, kOurs, kScope, kUnsignedPayload, kNow);
  for (const http::Header& header : request.headers) {
    if (header.value.contains(kOurs.secret_access_key)) {
      std::abort();
    }
  }
}

}  // namespace
}  // namespace firn::storage::aws

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::storage::aws::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
