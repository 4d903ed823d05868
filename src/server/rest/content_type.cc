#include "server/rest/content_type.h"

#include <algorithm>
#include <string_view>

#include "server/rest/responses.h"

namespace firn::rest {
namespace {

/// `wanted`, any case, perhaps with parameters.
bool Is(std::string_view type, std::string_view wanted) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) {
    type.remove_suffix(1);
  }
  return std::ranges::equal(type, wanted, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

bool IsArrowStream(const http::Request& request) {
  return Is(request.Header("Content-Type"), kArrowStream);
}

Status CheckContentType(const http::Request& request, BodyTypes taken) {
  if (request.method != http::Method::kPost) {
    return {};
  }
  std::string_view type = request.Header("Content-Type");
  const bool is_taken =
      Is(type, kJson) || (taken == BodyTypes::kJsonOrArrow && Is(type, kArrowStream));
  if (type.empty() ? request.HasHeader("Origin") : !is_taken) {
    return Error(ErrorCode::kInvalidArgument, taken == BodyTypes::kJson
                                                  ? "Content-Type must be application/json"
                                                  : "Content-Type must be application/json or "
                                                    "application/vnd.apache.arrow.stream");
  }
  return {};
}

}  // namespace firn::rest
