// S3Client: the operations of S3 that a store of files needs, each one request with its retries.
// s3_object_store.h makes files of them.
//
// `location` of every call is what errors name. Errors: those of s3_error.h; kUnavailable where no
// answer came to something that changes nothing, kIoError where it may have been done.
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/aws/sigv4.h"
#include "storage/http/http_client.h"
#include "storage/s3/s3_address.h"
#include "storage/s3/s3_options.h"
#include "storage/s3/s3_xml.h"

namespace firn::storage::s3 {

/// Keys of one DeleteObjects.
inline constexpr size_t kMaxDeleteKeys = 1'000;

/// Header under which a write leaves its own id with the object (PutConditions).
inline constexpr std::string_view kMarkerHeader = "x-amz-meta-firn-write";

struct ObjectHead {
  int64_t size_bytes = 0;
  TimestampMs modified;
  std::string etag;
  /// The id of the write that made the object; empty where it left none.
  std::string marker;
};

struct ByteRange {
  int64_t offset = 0;
  int64_t length = 0;
};

struct ObjectPiece {
  std::string bytes;
  int64_t total_bytes = 0;
  std::string etag;
};

struct PutConditions {
  /// True: fails with kAlreadyExists where the object is there.
  bool create_only = false;
  std::string marker;
};

struct ListRequest {
  std::string prefix;
  /// Keys after this one; empty: from the first.
  std::string start_after;
  int32_t max_keys = 1000;
};

class S3Client {
 public:
  /// All but the options must outlive the client.
  struct Parts {
    http::HttpTransport& transport;
    aws::CredentialsProvider& credentials;
    const Clock& clock;
    http::Sleeper& sleeper;
    /// In place of signing with the credentials.
    http::RequestSigner* signer = nullptr;
  };

  S3Client(const Parts& parts, S3Options options);

  const S3Options& options() const { return options_; }

  Result<ObjectHead> Head(const S3Address& address, std::string_view location);

  /// `range.length` bytes, at least 1, fewer where the object ends before. With `etag` set only of
  /// that version: kIoError where it is another by now. kInvalidArgument where the range begins at
  /// or behind the end.
  Result<ObjectPiece> Get(const S3Address& address,
                          ByteRange range,
                          const std::string& etag,
                          std::string_view location);

  Status Put(const S3Address& address,
             std::string_view bytes,
             const PutConditions& conditions,
             std::string_view location);

  /// A missing object is success.
  Status Delete(const S3Address& address, std::string_view location);

  /// At most kMaxDeleteKeys of one bucket that fit into XML (FitsIntoXml). What could not be
  /// deleted; a missing object is not among it.
  Result<std::vector<S3Failure>> DeleteObjects(const std::string& bucket,
                                               std::span<const std::string> keys);

  Result<ObjectPage> List(const std::string& bucket,
                          const ListRequest& request,
                          std::string_view location);

  /// The id of a new multipart upload.
  Result<std::string> CreateUpload(const S3Address& address,
                                   const std::string& marker,
                                   std::string_view location);
  Result<UploadedPart> UploadPart(const S3Address& address,
                                  const std::string& upload_id,
                                  int number,
                                  std::string_view bytes,
                                  std::string_view location);
  /// kNotFound where the upload is not there (any more): perhaps because an earlier attempt
  /// completed it.
  Status CompleteUpload(const S3Address& address,
                        const std::string& upload_id,
                        std::span<const UploadedPart> parts,
                        const PutConditions& conditions,
                        std::string_view location);
  Status AbortUpload(const S3Address& address,
                     const std::string& upload_id,
                     std::string_view location);

 private:
  enum class Effect : uint8_t { kReads, kWrites };

  Result<http::HttpResponse> Send(http::HttpRequest request,
                                  Effect effect,
                                  std::string_view location);

  S3Options options_;
  const Clock& clock_;
  aws::SigV4Signer own_signer_;
  http::RequestSigner& signer_;
  http::HttpClient client_;
};

}  // namespace firn::storage::s3
