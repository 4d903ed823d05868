#include "storage/s3/s3_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "storage/call_deadline.h"
#include "storage/http/http_date.h"
#include "storage/http/uri.h"
#include "storage/s3/s3_error.h"

namespace firn::storage::s3 {
namespace {

using http::FindHeader;
using http::HttpRequest;
using http::HttpResponse;
using http::Slash;
using http::UriEncode;

/// A page of 1,000 keys with every byte of them escaped has 4 MB.
constexpr int64_t kMaxXmlBytes = int64_t{16} * 1024 * 1024;

std::string Text(const HttpResponse& response, std::string_view name) {
  const std::string* value = FindHeader(response.headers, name);
  return value == nullptr ? std::string() : *value;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 ? std::optional(value) : std::nullopt;
}

Error BadAnswer(std::string_view what, std::string_view location) {
  return Error(ErrorCode::kIoError,
               fmt::format("The object store's answer has no valid {}: {}", what, location));
}

/// `bytes 5-9/100` as offset and total.
struct ContentRange {
  int64_t offset = 0;
  int64_t total = 0;
};

std::optional<ContentRange> ParseContentRange(std::string_view text) {
  size_t dash = text.find('-');
  size_t slash = text.find('/');
  if (!text.starts_with("bytes ") || dash == std::string_view::npos ||
      slash == std::string_view::npos || dash > slash) {
    return std::nullopt;
  }
  auto offset = Number(text.substr(6, dash - 6));
  auto total = Number(text.substr(slash + 1));
  if (!offset.has_value() || !total.has_value()) {
    return std::nullopt;
  }
  return ContentRange{*offset, *total};
}

/// The piece an answer with status 200 or 206 holds; a store that ignores ranges sends everything.
Result<ObjectPiece> PieceOf(HttpResponse response, ByteRange range, std::string_view location) {
  ObjectPiece piece{.bytes = std::move(response.body), .etag = Text(response, "etag")};
  auto size = static_cast<int64_t>(piece.bytes.size());
  if (response.status == 200) {
    piece.total_bytes = size;
    piece.bytes = piece.bytes.substr(static_cast<size_t>(std::min(range.offset, size)),
                                     static_cast<size_t>(range.length));
    return piece;
  }
  auto told = ParseContentRange(Text(response, "content-range"));
  if (!told.has_value() || told->offset != range.offset ||
      size != std::min(range.length, told->total - range.offset)) {
    return BadAnswer("range", location);
  }
  piece.total_bytes = told->total;
  return piece;
}

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

/// DeleteObjects asks for it: not a matter of security, the body is signed.
std::string Md5(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

void AddConditions(HttpRequest& request, const PutConditions& conditions) {
  if (conditions.create_only) {
    request.headers.push_back({"If-None-Match", "*"});
  }
}

}  // namespace

S3Client::S3Client(const Parts& parts, S3Options options)
    : options_(std::move(options)),
      clock_(parts.clock),
      own_signer_(parts.credentials, {.region = options_.region, .service = "s3"}, parts.clock),
      signer_(parts.signer != nullptr ? *parts.signer : own_signer_),
      client_(parts.transport, parts.clock, parts.sleeper, options_.retry) {}

Result<HttpResponse> S3Client::Send(HttpRequest request, Effect effect, std::string_view location) {
  MonotonicTime now = clock_.Monotonic();
  http::SendOptions send{
      .deadline = std::min(now + options_.request_timeout, CallDeadline::Current()),
      .attempt_timeout = options_.request_timeout,
      .signer = &signer_,
      .is_transient = &IsTransient};
  Result<HttpResponse> response =
      now < send.deadline
          ? client_.Send(std::move(request), send)
          : Error(ErrorCode::kDeadlineExceeded, "There is no time left to ask the object store");
  if (response.has_value()) {
    return response;
  }
  // No code of the transport's means to the store's caller what it means there.
  ErrorCode cause = response.error().code();
  if (cause == ErrorCode::kForbidden) {
    return TakeError(std::move(response)).With("file", std::string(location));  // the signer's
  }
  bool changed_nothing = effect == Effect::kReads && cause != ErrorCode::kUnauthenticated &&
                         cause != ErrorCode::kPayloadTooLarge;
  return TakeError(std::move(response))
      .As(changed_nothing ? ErrorCode::kUnavailable : ErrorCode::kIoError)
      .With("file", std::string(location));
}

Result<ObjectHead> S3Client::Head(const S3Address& address, std::string_view location) {
  ASSIGN_OR_RETURN(HttpResponse response, Send({.method = "HEAD", .url = UrlOf(options_, address)},
                                               Effect::kReads, location));
  if (response.status != 200) {
    return ErrorOf(response, location);
  }
  auto size = Number(Text(response, "content-length"));
  auto modified = http::ParseHttpDate(Text(response, "last-modified"));
  if (!size.has_value() || !modified.has_value()) {
    return BadAnswer("length and time", location);
  }
  return ObjectHead{.size_bytes = *size,
                    .modified = *modified,
                    .etag = Text(response, "etag"),
                    .marker = Text(response, kMarkerHeader)};
}

Result<ObjectPiece> S3Client::Get(const S3Address& address,
                                  ByteRange range,
                                  const std::string& etag,
                                  std::string_view location) {
  HttpRequest request{
      .method = "GET", .url = UrlOf(options_, address), .max_response_bytes = range.length};
  request.headers.push_back(
      {"Range", fmt::format("bytes={}-{}", range.offset, range.offset + range.length - 1)});
  if (!etag.empty()) {
    request.headers.push_back({"If-Match", etag});
  }
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kReads, location));
  if (response.status == 200 || response.status == 206) {
    return PieceOf(std::move(response), range, location);
  }
  if (response.status == 416) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Range is outside the file: {}", location));
  }
  if (response.status == 412) {
    return Error(ErrorCode::kIoError,
                 fmt::format("The file changed while it was read: {}", location));
  }
  return ErrorOf(response, location);
}

Status S3Client::Put(const S3Address& address,
                     std::string_view bytes,
                     const PutConditions& conditions,
                     std::string_view location) {
  HttpRequest request{.method = "PUT", .url = UrlOf(options_, address), .body = bytes};
  request.headers.push_back({"Content-Type", "application/octet-stream"});
  request.headers.push_back({std::string(kMarkerHeader), conditions.marker});
  AddConditions(request, conditions);
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kWrites, location));
  return response.status == 200 ? Status() : Status(ErrorOf(response, location));
}

Status S3Client::Delete(const S3Address& address, std::string_view location) {
  ASSIGN_OR_RETURN(
      HttpResponse response,
      Send({.method = "DELETE", .url = UrlOf(options_, address)}, Effect::kWrites, location));
  if (response.status == 200 || response.status == 204) {
    return {};
  }
  Error error = ErrorOf(response, location);
  return error.code() == ErrorCode::kNotFound ? Status() : Status(std::move(error));
}

Result<std::vector<S3Failure>> S3Client::DeleteObjects(const std::string& bucket,
                                                       std::span<const std::string> keys) {
  std::string body = PrintDelete(keys);
  std::string location = "s3://" + bucket;
  HttpRequest request{.method = "POST",
                      .url = UrlOf(options_, {.bucket = bucket}) + "?delete=",
                      .body = body,
                      .max_response_bytes = kMaxXmlBytes};
  request.headers.push_back({"Content-Type", "application/xml"});
  request.headers.push_back({"Content-MD5", Base64(Md5(body))});
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kWrites, location));
  if (response.status != 200 || HoldsError(response)) {
    return ErrorOf(response, location);
  }
  ASSIGN_OR_RETURN(std::vector<S3Failure> failures, ParseDeleteResult(response.body));
  std::erase_if(failures, [](const S3Failure& failure) { return failure.code == "NoSuchKey"; });
  return failures;
}

Result<ObjectPage> S3Client::List(const std::string& bucket,
                                  const ListRequest& request,
                                  std::string_view location) {
  std::string url = fmt::format("{}?encoding-type=url&list-type=2&max-keys={}&prefix={}",
                                UrlOf(options_, {.bucket = bucket}), request.max_keys,
                                UriEncode(request.prefix, Slash::kEncode));
  if (!request.start_after.empty()) {
    url += "&start-after=" + UriEncode(request.start_after, Slash::kEncode);
  }
  ASSIGN_OR_RETURN(
      HttpResponse response,
      Send({.method = "GET", .url = std::move(url), .max_response_bytes = kMaxXmlBytes},
           Effect::kReads, location));
  if (response.status != 200) {
    return ErrorOf(response, location);
  }
  return ParseObjectPage(response.body);
}

Result<std::string> S3Client::CreateUpload(const S3Address& address,
                                           const std::string& marker,
                                           std::string_view location) {
  HttpRequest request{.method = "POST", .url = UrlOf(options_, address) + "?uploads="};
  request.headers.push_back({"Content-Type", "application/octet-stream"});
  request.headers.push_back({std::string(kMarkerHeader), marker});
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kWrites, location));
  if (response.status != 200) {
    return ErrorOf(response, location);
  }
  return ParseUploadId(response.body);
}

Result<UploadedPart> S3Client::UploadPart(const S3Address& address,
                                          const std::string& upload_id,
                                          int number,
                                          std::string_view bytes,
                                          std::string_view location) {
  HttpRequest request{.method = "PUT",
                      .url = fmt::format("{}?partNumber={}&uploadId={}", UrlOf(options_, address),
                                         number, UriEncode(upload_id, Slash::kEncode)),
                      .body = bytes};
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kWrites, location));
  if (response.status != 200) {
    return ErrorOf(response, location);
  }
  UploadedPart part{.number = number, .etag = Text(response, "etag")};
  if (part.etag.empty()) {
    return BadAnswer("ETag", location);
  }
  return part;
}

Status S3Client::CompleteUpload(const S3Address& address,
                                const std::string& upload_id,
                                std::span<const UploadedPart> parts,
                                const PutConditions& conditions,
                                std::string_view location) {
  std::string body = PrintCompleteUpload(parts);
  HttpRequest request{.method = "POST",
                      .url = fmt::format("{}?uploadId={}", UrlOf(options_, address),
                                         UriEncode(upload_id, Slash::kEncode)),
                      .body = body};
  request.headers.push_back({"Content-Type", "application/xml"});
  AddConditions(request, conditions);
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request), Effect::kWrites, location));
  bool done = response.status == 200 && !HoldsError(response);
  return done ? Status() : Status(ErrorOf(response, location));
}

Status S3Client::AbortUpload(const S3Address& address,
                             const std::string& upload_id,
                             std::string_view location) {
  std::string url =
      fmt::format("{}?uploadId={}", UrlOf(options_, address), UriEncode(upload_id, Slash::kEncode));
  ASSIGN_OR_RETURN(HttpResponse response,
                   Send({.method = "DELETE", .url = std::move(url)}, Effect::kWrites, location));
  bool gone = response.status == 204 || response.status == 200 || response.status == 404;
  return gone ? Status() : Status(ErrorOf(response, location));
}

}  // namespace firn::storage::s3
