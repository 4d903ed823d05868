// The XML bodies of S3: answers read, requests written. Read by expat with bounds of its own: a
// document type is refused (no entities), nesting, text and the number of items are limited,
// unknown elements are passed over.
//
// Source: S3 API Reference (ListObjectsV2, DeleteObjects, CreateMultipartUpload,
// CompleteMultipartUpload, Error Responses).
// Errors: kIoError for a body that is not what was asked for: S3 did not say anything usable.
// Thread-safety: pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::storage::s3 {

/// Deepest nesting of an answer; S3's own is 4.
inline constexpr int kMaxXmlDepth = 16;
/// Objects of a page, errors of a deletion.
inline constexpr size_t kMaxXmlItems = 10'000;

struct ListedObject {
  std::string key;
  int64_t size_bytes = 0;
  TimestampMs modified;
};

struct ObjectPage {
  std::vector<ListedObject> objects;
  bool is_truncated = false;
};

struct S3Failure {
  /// `NoSuchKey`, `SlowDown`, ...; empty where the body named none.
  std::string code;
  std::string message;
  /// Of a deletion.
  std::string key;
};

/// ListBucketResult of a request with `encoding-type=url`.
Result<ObjectPage> ParseObjectPage(std::string_view xml);

/// What could not be deleted, of a DeleteResult.
Result<std::vector<S3Failure>> ParseDeleteResult(std::string_view xml);

/// UploadId of an InitiateMultipartUploadResult.
Result<std::string> ParseUploadId(std::string_view xml);

/// An Error body, also one that came with status 200; an empty failure where the body is none.
S3Failure ParseFailure(std::string_view xml);

std::string PrintDelete(std::span<const std::string> keys);

struct UploadedPart {
  int number = 0;
  /// As S3 gave it, quotes included.
  std::string etag;
};

std::string PrintCompleteUpload(std::span<const UploadedPart> parts);

/// True where XML 1.0 can carry the key: no control characters, valid UTF-8. Others are deleted one
/// by one.
bool FitsIntoXml(std::string_view key);

}  // namespace firn::storage::s3
