#include "server/rest/content_type.h"

#include <algorithm>
#include <string_view>

namespace firn::rest {
namespace {

constexpr std::string_view kJson = "application/json";

/// `application/json`, any case, perhaps with parameters.
bool IsJson(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) {
    type.remove_suffix(1);
  }
  return std::ranges::equal(type, kJson, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

Status CheckContentType(const http::Request& request) {
  if (request.method != http::Method::kPost) {
    return {};
  }
  std::string_view type = request.Header("Content-Type");
  if (type.empty() ? request.HasHeader("Origin") : !IsJson(type)) {
    return Error(ErrorCode::kInvalidArgument, "Content-Type must be application/json");
  }
  return {};
}

}  // namespace firn::rest
