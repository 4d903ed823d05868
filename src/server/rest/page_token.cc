#include "server/rest/page_token.h"

#include <fmt/format.h>

#include "base/base64url.h"
#include "base/murmur3.h"

namespace firn::rest {
namespace {

constexpr char kVersion = '1';

/// Ties a token to its parent without repeating the parent.
std::string ParentMark(const NamespacePath& parent) {
  std::string joined;
  for (const std::string& level : parent.levels) {
    joined += level;
    joined += '\x1F';
  }
  return fmt::format("{:08x}", Murmur3(joined));
}

std::string Header(Listing listing, const NamespacePath& parent) {
  return std::string{kVersion, static_cast<char>(listing)} + ParentMark(parent);
}

}  // namespace

std::string PrintPageToken(Listing listing, const NamespacePath& parent, std::string_view last) {
  return Base64UrlEncode(Header(listing, parent) + std::string(last));
}

Result<std::optional<std::string>> ParsePageToken(Listing listing,
                                                  const NamespacePath& parent,
                                                  std::string_view token) {
  if (token.empty()) {
    return std::optional<std::string>();
  }
  auto text = Base64UrlDecode(token);
  std::string header = Header(listing, parent);
  if (!text || !text->starts_with(header)) {
    return Error(ErrorCode::kInvalidArgument, "Invalid page token");
  }
  return std::optional<std::string>(text->substr(header.size()));
}

}  // namespace firn::rest
