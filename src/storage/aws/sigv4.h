// AWS Signature Version 4: signs requests, makes presigned URLs, verifies what others signed. The
// one place for it, over OpenSSL's HMAC: S3, STS, Glue and remote signing share it.
//
// Source: "AWS Signature Version 4 for API requests" (IAM User Guide) and "Authenticating Requests"
// (S3 API Reference). Services whose name begins with `s3` sign the path as it is sent; others
// encode it once more and take `.`, `..` and empty segments out.
//
// Errors of Verify: kUnauthenticated, with what does not fit, never with a signature that would.
// Thread-safety: pure functions; SigV4Signer may be used from any thread if its provider may.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/aws/credentials.h"
#include "storage/http/http_client.h"
#include "storage/http/http_message.h"

namespace firn::storage::aws {

/// For whom a signature is valid.
struct SigningScope {
  std::string region;
  /// `s3`, `sts`, `glue`.
  std::string service;
};

/// Stands for the hash of a body that is not signed; presigned URLs of S3 use it.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// Longest life of a presigned URL.
inline constexpr std::chrono::seconds kMaxPresignedLifetime{7 * 24 * 3600};

/// How far the clock of who signed may be away.
inline constexpr std::chrono::minutes kMaxClockSkew{15};

/// A request as the signature sees it.
struct SignedParts {
  std::string_view method;
  /// As sent: percent-encoded.
  std::string_view path;
  /// As sent, without the question mark; an X-Amz-Signature in it is passed over.
  std::string_view query;
  /// Those that are signed, `host` among them.
  http::HeaderList headers;
  std::string_view payload_hash;
};

/// The text whose hash is signed.
std::string CanonicalRequest(const SignedParts& parts, const SigningScope& scope);

/// Adds Authorization, X-Amz-Date, for tokens X-Amz-Security-Token and for S3 X-Amz-Content-Sha256;
/// replaces those of an earlier call. Signs them, `Host` and every header of the request that
/// begins with `x-amz-` or is Content-Type, Content-MD5, Date, If-Match, If-None-Match or Range.
/// `payload_hash`: lower-case hexadecimal SHA-256 of the body, or kUnsignedPayload.
void Sign(http::HttpRequest& request,
          const Credentials& credentials,
          const SigningScope& scope,
          std::string_view payload_hash,
          TimestampMs now);

struct PresignOptions {
  std::string_view method = "GET";
  std::chrono::seconds lifetime{900};
  /// Signed as well: who uses the URL must send them so.
  http::HeaderList headers;
};

/// `url` with the signature in its query. Errors: kInvalidArgument for a lifetime below 1 s or
/// above kMaxPresignedLifetime.
Result<std::string> Presign(std::string_view url,
                            const Credentials& credentials,
                            const SigningScope& scope,
                            const PresignOptions& options,
                            TimestampMs now);

/// Who a signed request says it is from, to look the secret up by; empty where it is not signed.
std::string AccessKeyOf(const http::HttpRequest& request);

/// Checks the Authorization header or the presigned query of a request as it arrived: `url` with
/// the host that its Host header names, `headers` all of them. The body is not looked at: who has
/// it compares its hash with X-Amz-Content-Sha256.
Status Verify(const http::HttpRequest& request,
              const Credentials& credentials,
              const SigningScope& scope,
              TimestampMs now);

/// Signs for one service with whatever the provider knows at that time.
class SigV4Signer final : public http::RequestSigner {
 public:
  /// Provider and clock must outlive the signer.
  SigV4Signer(CredentialsProvider& provider, SigningScope scope, const Clock& clock)
      : provider_(provider), scope_(std::move(scope)), clock_(clock) {}

  Status Sign(http::HttpRequest& request) override;

 private:
  CredentialsProvider& provider_;
  SigningScope scope_;
  const Clock& clock_;
};

}  // namespace firn::storage::aws
