// S3Options: how an S3 or S3-compatible store is reached, from the option names that Iceberg's
// clients use (`s3.endpoint`, `s3.access-key-id`, ...; PyIceberg's and Java's spellings where they
// differ).
//
// | name | meaning | default |
// | --- | --- | --- |
// | s3.endpoint | `http(s)://host[:port][/path]` | AWS in the region |
// | s3.region, client.region | signing region | AWS_REGION, AWS_DEFAULT_REGION, profile, us-east-1
// | | s3.access-key-id, s3.secret-access-key, s3.session-token | given keys | environment, profile
// | | s3.profile-name, client.profile-name | profile in the shared files | AWS_PROFILE, `default` |
// | s3.path-style-access | bucket in the path | true with an endpoint, else false |
// | s3.force-virtual-addressing | bucket in the host; wins | false |
// | s3.connect-timeout, s3.request-timeout | seconds | 5, 20 |
// | s3.retry.num-retries | attempts after the first | 5 |
// | s3.retry.min-wait-ms, s3.retry.max-wait-ms | pauses between attempts | 100, 5000 |
// | s3.multipart.part-size-bytes | bytes | 16 MiB |
// | s3.ca-file | PEM file of trusted authorities | the system's |
//
// Errors: kInvalidArgument that names the option, never its value.
// Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/aws/credentials.h"
#include "storage/http/http_client.h"

namespace firn::storage::s3 {

using Properties = std::map<std::string, std::string, std::less<>>;

enum class Addressing : uint8_t {
  kPath,         ///< `endpoint/bucket/key`
  kVirtualHost,  ///< `bucket.endpoint/key`
};

/// S3's own bounds of a part (the last one may be smaller).
inline constexpr int64_t kMinPartBytes = int64_t{5} * 1024 * 1024;
inline constexpr int64_t kMaxPartBytes = int64_t{512} * 1024 * 1024;

struct S3Options {
  /// Without a trailing slash; empty for AWS.
  std::string endpoint;
  std::string region = "us-east-1";
  Addressing addressing = Addressing::kVirtualHost;
  /// Without an access key: environment, then profile.
  aws::Credentials credentials;
  std::string profile;
  std::string ca_file;
  std::chrono::milliseconds connect_timeout{5'000};
  /// One request to S3 with all its attempts and pauses.
  std::chrono::milliseconds request_timeout{20'000};
  http::RetryPolicy retry;
  /// Files larger than this are written in parts of this size, read in ranges of it.
  int64_t part_bytes = int64_t{16} * 1024 * 1024;
};

/// Names that begin with `s3.` and are not in the table are refused; others are passed over.
/// `environment` tells the region where no option does.
Result<S3Options> ParseS3Options(const Properties& properties,
                                 const aws::EnvironmentLookup& environment);

/// True for a name of the table.
bool IsS3Option(std::string_view name);

/// The given keys, or the chain of environment and profile. `clock` must outlive the provider.
std::unique_ptr<aws::CredentialsProvider> MakeCredentials(const S3Options& options,
                                                          aws::EnvironmentLookup environment,
                                                          const Clock& clock);

}  // namespace firn::storage::s3
