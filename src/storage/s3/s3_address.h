// Where a bucket and a key lie: an Iceberg location as bucket and key, and both as a URL.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/s3/s3_options.h"

namespace firn::storage::s3 {

/// Longest key of S3, in bytes.
inline constexpr size_t kMaxKeyBytes = 1024;

struct S3Address {
  std::string bucket;
  /// Raw, without a leading slash; empty for the bucket itself.
  std::string key;
};

/// Errors: kInvalidArgument for another scheme, a location that is none, or a key that is too long.
Result<S3Address> ParseAddress(std::string_view location);

/// As ParseAddress, and refuses what names no object: the bucket itself, a trailing slash.
Result<S3Address> ParseObjectAddress(std::string_view location);

/// URL of a bucket (`key` empty) or an object, percent-encoded, without a query. A bucket name with
/// a dot is put into the path where the endpoint is https: no certificate covers it as a host.
std::string UrlOf(const S3Options& options, const S3Address& address);

}  // namespace firn::storage::s3
