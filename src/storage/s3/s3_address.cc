#include "storage/s3/s3_address.h"

#include <fmt/format.h>

#include "storage/http/uri.h"
#include "storage/location.h"

namespace firn::storage::s3 {
namespace {

Error BadLocation(std::string_view location, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Invalid location: {} ({})", location, why));
}

std::string EndpointOf(const S3Options& options) {
  if (!options.endpoint.empty()) {
    return options.endpoint;
  }
  std::string_view domain =
      options.region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return fmt::format("https://s3.{}.{}", options.region, domain);
}

}  // namespace

Result<S3Address> ParseAddress(std::string_view location) {
  ASSIGN_OR_RETURN(Location parsed, Location::Parse(location));
  if (parsed.scheme() != "s3") {
    return BadLocation(location, "not on S3");
  }
  S3Address address{.bucket = parsed.authority(), .key = parsed.path().substr(1)};
  if (address.key.size() > kMaxKeyBytes) {
    return BadLocation(location, "longer than S3 allows");
  }
  return address;
}

Result<S3Address> ParseObjectAddress(std::string_view location) {
  ASSIGN_OR_RETURN(S3Address address, ParseAddress(location));
  if (address.key.empty() || location.ends_with('/')) {
    return BadLocation(location, "names no file");
  }
  return address;
}

std::string UrlOf(const S3Options& options, const S3Address& address) {
  std::string endpoint = EndpointOf(options);
  http::UrlParts parts = http::SplitUrl(endpoint);
  std::string key = http::UriEncode(address.key, http::Slash::kKeep);
  bool no_certificate = parts.scheme == "https" && address.bucket.contains('.');
  if (options.addressing == Addressing::kPath || no_certificate) {
    std::string slash = key.empty() ? "" : "/";
    return fmt::format("{}/{}{}{}", endpoint, http::UriEncode(address.bucket, http::Slash::kEncode),
                       slash, key);
  }
  return fmt::format("{}://{}.{}{}/{}", parts.scheme, address.bucket, parts.authority, parts.path,
                     key);
}

}  // namespace firn::storage::s3
