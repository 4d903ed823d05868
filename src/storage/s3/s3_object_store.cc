#include "storage/s3/s3_object_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/uuid.h"
#include "storage/call_deadline.h"
#include "storage/http/curl_transport.h"
#include "storage/location.h"
#include "storage/s3/batch_delete_internal.h"
#include "storage/s3/s3_error.h"

namespace firn::storage::s3 {
namespace {

Error OutsideTheFile(std::string_view location) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Range is outside the file: {}", location));
}

}  // namespace

struct S3ObjectStore::OwnParts {
  std::unique_ptr<http::CurlTransport> transport;
  std::unique_ptr<aws::CredentialsProvider> credentials;
  std::shared_ptr<http::RequestSigner> signer;
  http::SystemSleeper sleeper;
};

Result<std::unique_ptr<ObjectStore>> S3ObjectStore::Make(const S3Options& options,
                                                         const aws::EnvironmentLookup& environment,
                                                         const Clock& clock) {
  auto own = std::make_unique<OwnParts>();
  own->credentials = MakeCredentials(options, environment, clock);
  return MakeOn(std::move(own), options, clock);
}

Result<std::unique_ptr<ObjectStore>> S3ObjectStore::MakeSigned(
    const S3Options& options, std::shared_ptr<http::RequestSigner> signer, const Clock& clock) {
  auto own = std::make_unique<OwnParts>();
  own->credentials = std::make_unique<aws::StaticCredentials>(aws::Credentials{});
  own->signer = std::move(signer);
  return MakeOn(std::move(own), options, clock);
}

Result<std::unique_ptr<ObjectStore>> S3ObjectStore::MakeOn(std::unique_ptr<OwnParts> own,
                                                           const S3Options& options,
                                                           const Clock& clock) {
  ASSIGN_OR_RETURN(own->transport,
                   http::CurlTransport::Make(
                       {.connect_timeout = options.connect_timeout, .ca_file = options.ca_file}));
  S3Client::Parts parts{*own->transport, *own->credentials, clock, own->sleeper, own->signer.get()};
  auto store = std::make_unique<S3ObjectStore>(parts, options);
  store->own_ = std::move(own);
  return store;
}

S3ObjectStore::S3ObjectStore(const S3Client::Parts& parts, const S3Options& options)
    : client_(parts, options) {}
S3ObjectStore::~S3ObjectStore() = default;

ThreadPool& S3ObjectStore::transfers() {
  std::call_once(transfers_made_,
                 [this] { transfers_ = std::make_unique<ThreadPool>(2 * kTransferParallelism); });
  return *transfers_;
}

Status S3ObjectStore::InParallel(size_t count, const std::function<Status(size_t)>& body) {
  return ParallelFor(transfers(), count, kTransferParallelism,
                     [&body, deadline = CallDeadline::Current()](size_t index) {
                       CallDeadline same(deadline);
                       return body(index);
                     });
}

Result<std::string> S3ObjectStore::Read(std::string_view location, int64_t max_bytes) {
  ASSIGN_OR_RETURN(S3Address address, ParseObjectAddress(location));
  auto bytes = ReadFrom(address, {.offset = 0, .length = INT64_MAX}, max_bytes, location);
  if (bytes.has_value() || bytes.error().code() != ErrorCode::kInvalidArgument) {
    return bytes;
  }
  // An empty object has no first byte to ask for.
  ASSIGN_OR_RETURN(ObjectHead head, client_.Head(address, location));
  if (head.size_bytes != 0) {
    return Error(ErrorCode::kIoError,
                 fmt::format("The file changed while it was read: {}", location));
  }
  return std::string();
}

Result<std::string> S3ObjectStore::ReadRange(std::string_view location,
                                             int64_t offset,
                                             int64_t length) {
  ASSIGN_OR_RETURN(S3Address address, ParseObjectAddress(location));
  if (offset < 0 || length < 0) {
    return OutsideTheFile(location);
  }
  if (length > 0) {
    auto bytes = ReadFrom(address, {.offset = offset, .length = length}, INT64_MAX, location);
    if (bytes.has_value() || bytes.error().code() != ErrorCode::kInvalidArgument) {
      return bytes;
    }
  }
  ASSIGN_OR_RETURN(ObjectHead head, client_.Head(address, location));
  if (offset > head.size_bytes) {
    return OutsideTheFile(location);
  }
  return std::string();
}

/// The first piece tells how much there is; the others are asked for together, of that version.
Result<std::string> S3ObjectStore::ReadFrom(const S3Address& address,
                                            ByteRange range,
                                            int64_t max_bytes,
                                            std::string_view location) {
  int64_t step = client_.options().part_bytes;
  ByteRange first{range.offset, std::min(range.length, step)};
  ASSIGN_OR_RETURN(ObjectPiece piece, client_.Get(address, first, "", location));
  if (piece.total_bytes > max_bytes) {
    return Error(ErrorCode::kPayloadTooLarge, fmt::format("File is too large: {}", location));
  }
  int64_t size = std::min(range.length, piece.total_bytes - range.offset);
  if (size <= step) {
    return std::move(piece.bytes);
  }
  std::string bytes = std::move(piece.bytes);
  bytes.resize(static_cast<size_t>(size));
  auto others = static_cast<size_t>((size - 1) / step);
  RETURN_IF_ERROR(InParallel(others, [&](size_t index) -> Status {
    int64_t at = (static_cast<int64_t>(index) + 1) * step;
    ByteRange next{range.offset + at, std::min(step, size - at)};
    ASSIGN_OR_RETURN(ObjectPiece got, client_.Get(address, next, piece.etag, location));
    if (static_cast<int64_t>(got.bytes.size()) != next.length) {
      return Error(ErrorCode::kIoError,
                   fmt::format("The file changed while it was read: {}", location));
    }
    std::ranges::copy(got.bytes, bytes.begin() + at);
    return {};
  }));
  return bytes;
}

Status S3ObjectStore::Write(std::string_view location, std::string_view bytes, WriteMode mode) {
  ASSIGN_OR_RETURN(S3Address address, ParseObjectAddress(location));
  PutConditions conditions{.create_only = mode == WriteMode::kCreateNew,
                           .marker = Uuid::Random().ToString()};
  bool whole = static_cast<int64_t>(bytes.size()) <= client_.options().part_bytes;
  Status status = whole ? client_.Put(address, bytes, conditions, location)
                        : WriteParts(address, bytes, conditions, location);
  return Settle(std::move(status), address, conditions.marker, location);
}

/// A write whose condition failed, or whose upload was gone when it was to be completed, may have
/// been done by an earlier attempt: the object tells whose it is.
Status S3ObjectStore::Settle(Status status,
                             const S3Address& address,
                             const std::string& marker,
                             std::string_view location) {
  bool in_doubt = !status.has_value() && (status.error().code() == ErrorCode::kAlreadyExists ||
                                          status.error().code() == ErrorCode::kNotFound);
  if (!in_doubt) {
    bool busy = !status.has_value() && status.error().code() == ErrorCode::kUnavailable;
    return busy ? Status(TakeError(std::move(status)).As(ErrorCode::kIoError)) : std::move(status);
  }
  auto head = client_.Head(address, location);
  if (head.has_value() && head->marker == marker) {
    return {};
  }
  if (head.has_value() && status.error().code() == ErrorCode::kAlreadyExists) {
    return status;
  }
  return Error(ErrorCode::kIoError,
               fmt::format("It cannot be told whether the file was written: {}", location));
}

Status S3ObjectStore::WriteParts(const S3Address& address,
                                 std::string_view bytes,
                                 const PutConditions& conditions,
                                 std::string_view location) {
  ASSIGN_OR_RETURN(std::string upload_id,
                   client_.CreateUpload(address, conditions.marker, location));
  auto parts = UploadParts(address, upload_id, bytes, location);
  Status status = parts.has_value()
                      ? client_.CompleteUpload(address, upload_id, *parts, conditions, location)
                      : Status(TakeError(std::move(parts)));
  if (!status.has_value()) {
    // Best effort: what stays costs storage until the bucket's lifecycle rule takes it.
    static_cast<void>(client_.AbortUpload(address, upload_id, location));
  }
  return status;
}

Result<std::vector<UploadedPart>> S3ObjectStore::UploadParts(const S3Address& address,
                                                             const std::string& upload_id,
                                                             std::string_view bytes,
                                                             std::string_view location) {
  auto size = static_cast<int64_t>(bytes.size());
  int64_t least = (size + kMaxParts - 1) / kMaxParts;
  auto step = static_cast<size_t>(std::max(client_.options().part_bytes, least));
  std::vector<UploadedPart> parts((bytes.size() + step - 1) / step);
  RETURN_IF_ERROR(InParallel(parts.size(), [&](size_t index) -> Status {
    ASSIGN_OR_RETURN(parts[index],
                     client_.UploadPart(address, upload_id, static_cast<int>(index) + 1,
                                        bytes.substr(index * step, step), location));
    return {};
  }));
  return parts;
}

Result<FileStat> S3ObjectStore::Stat(std::string_view location) {
  ASSIGN_OR_RETURN(S3Address address, ParseObjectAddress(location));
  ASSIGN_OR_RETURN(ObjectHead head, client_.Head(address, location));
  return FileStat{head.size_bytes, head.modified};
}

Status S3ObjectStore::Delete(std::string_view location) {
  ASSIGN_OR_RETURN(S3Address address, ParseObjectAddress(location));
  return client_.Delete(address, location);
}

Status S3ObjectStore::DeleteMany(std::span<const std::string> locations) {
  return DeleteInBatches(client_, locations);
}

Result<ListPage> S3ObjectStore::List(std::string_view prefix, const ListOptions& options) {
  ASSIGN_OR_RETURN(S3Address folder, ParseAddress(prefix));
  ListRequest request{.prefix = folder.key.empty() ? "" : folder.key + "/"};
  if (options.after.has_value()) {
    ASSIGN_OR_RETURN(S3Address after, ParseAddress(*options.after));
    request.start_after = std::move(after.key);
  }
  std::string base(TrimTrailingSlashes(prefix));
  auto limit = static_cast<size_t>(std::clamp(options.limit, 1, 10'000));
  ListPage page;
  while (true) {
    request.max_keys = static_cast<int32_t>(std::min<size_t>(limit - page.files.size() + 1, 1'000));
    ASSIGN_OR_RETURN(ObjectPage got, client_.List(folder.bucket, request, prefix));
    for (ListedObject& object : got.objects) {
      bool ours = object.key.starts_with(request.prefix) && object.key > request.start_after;
      if (!ours) {
        return Error(ErrorCode::kIoError, fmt::format("A listing is out of order: {}", prefix));
      }
      request.start_after = object.key;
      if (object.key.ends_with('/')) {
        continue;
      }
      if (page.files.size() == limit) {
        page.next = page.files.back().location;
        return page;
      }
      page.files.push_back({base + "/" + object.key.substr(request.prefix.size()),
                            {object.size_bytes, object.modified}});
    }
    if (!got.is_truncated || got.objects.empty()) {
      return page;
    }
  }
}

Status S3ObjectStore::EnsureDirectory(std::string_view location) {
  return ParseAddress(location).has_value() ? Status() : Status(ParseAddress(location).error());
}

}  // namespace firn::storage::s3
