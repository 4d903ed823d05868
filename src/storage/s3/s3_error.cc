#include "storage/s3/s3_error.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "storage/http/http_client.h"

namespace firn::storage::s3 {
namespace {

constexpr std::array<std::string_view, 9> kTransientCodes = {"SlowDown",
                                                             "InternalError",
                                                             "ServiceUnavailable",
                                                             "RequestTimeout",
                                                             "OperationAborted",
                                                             "ConditionalRequestConflict",
                                                             "BandwidthLimitExceeded",
                                                             "Busy",
                                                             "RequestLimitExceeded"};

/// The server's keys are wrong or too old: nothing a client of the catalog can do anything about.
constexpr std::array<std::string_view, 9> kKeyCodes = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken",
    "InvalidToken",       "TokenRefreshRequired",  "RequestTimeTooSkewed",
    "InvalidSecurity",    "NotSignedUp",           "AuthorizationHeaderMalformed"};

template <size_t kSize>
bool Holds(const std::array<std::string_view, kSize>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

Error Named(ErrorCode code, std::string_view text, std::string_view location) {
  return Error(code, std::string(text) + ": " + std::string(location));
}

Error ByCode(std::string_view code, int status, std::string_view location) {
  if (code == "NoSuchBucket") {
    return Named(ErrorCode::kIoError, "The bucket does not exist", location);
  }
  if (Holds(kKeyCodes, code)) {
    return Named(ErrorCode::kIoError, "The object store refuses the server's keys", location);
  }
  if (code == "NoSuchKey" || status == 404) {
    return NoSuchFile(location);
  }
  if (code == "AccessDenied" || status == 401 || status == 403) {
    return Named(ErrorCode::kForbidden, "The object store denies access", location);
  }
  if (code == "PreconditionFailed" || status == 412) {
    return Named(ErrorCode::kAlreadyExists, "File already exists", location);
  }
  if (IsTransientCode(code) || http::IsTransientStatus(status)) {
    return Named(ErrorCode::kUnavailable, "The object store is busy or failing", location);
  }
  if (code == "NotImplemented" || code == "MethodNotAllowed" || status == 501 || status == 405) {
    return Named(ErrorCode::kUnsupported, "The object store does not do this", location);
  }
  if (status >= 300 && status < 400) {
    return Named(ErrorCode::kIoError, "The bucket lies in another region", location);
  }
  return Named(ErrorCode::kIoError, "The object store refuses the request", location);
}

}  // namespace

Error NoSuchFile(std::string_view location) {
  return Named(ErrorCode::kNotFound, "Failed to open input stream for file", location);
}

bool IsTransientCode(std::string_view code) { return Holds(kTransientCodes, code); }

bool HoldsError(const http::HttpResponse& response) {
  return response.status == 200 && response.body.size() < 4096 &&
         response.body.contains("<Error>") && !ParseFailure(response.body).code.empty();
}

Error ErrorOf(const http::HttpResponse& response, std::string_view location) {
  S3Failure failure = ParseFailure(response.body);
  Error error = ByCode(failure.code, response.status, location);
  error.With("status", std::to_string(response.status));
  if (!failure.code.empty()) {
    error.With("code", failure.code.substr(0, 64));
  }
  for (std::string_view name : {"x-amz-request-id", "x-amz-bucket-region"}) {
    const std::string* value = http::FindHeader(response.headers, name);
    if (value != nullptr) {
      error.With(std::string(name), value->substr(0, 128));
    }
  }
  return error;
}

Error ErrorOf(const S3Failure& failure, std::string_view location) {
  Error error = ByCode(failure.code, 0, location);
  error.With("code", failure.code.substr(0, 64));
  return error;
}

bool IsTransient(const http::HttpResponse& response) {
  if (http::IsTransientStatus(response.status)) {
    return true;
  }
  bool may_say_later = response.status == 400 || response.status == 409 || HoldsError(response);
  return may_say_later && IsTransientCode(ParseFailure(response.body).code);
}

}  // namespace firn::storage::s3
