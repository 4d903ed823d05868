// S3ObjectStore: ObjectStore on S3 and what speaks its protocol (MinIO, R2, Ceph, versitygw).
//
// kCreateNew is a conditional put (`If-None-Match: *`); a store that ignores the condition
// replaces. Every write leaves an id of its own with the object. Where a condition fails, that id
// is looked at: the put may have been done by an earlier attempt whose answer was lost, and then it
// succeeded.
//
// Files above S3Options::part_bytes are written in parts and read in ranges of that size, several
// at once; a failed upload is aborted. Bytes are guarded by the signed SHA-256 on the way up and by
// their length on the way down: a body that ends early is tried again, never returned.
//
// A request to S3 ends, with all its attempts, at S3Options::request_timeout or at the caller's
// CallDeadline; after that none is sent, none that cleans up either.
//
// Listing passes over keys that end in a slash (folders that consoles make).
// Thread-safety: any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/thread_pool.h"
#include "storage/object_store.h"
#include "storage/s3/s3_client.h"

namespace firn::storage::s3 {

/// Parts or ranges of one file under way at once.
inline constexpr size_t kTransferParallelism = 4;
/// Parts of one upload, S3's own limit.
inline constexpr int64_t kMaxParts = 10'000;

class S3ObjectStore final : public ObjectStore {
 public:
  /// With a transport, a sleeper and credentials of its own. Touches no network. `clock` must
  /// outlive the store. Errors: kInternal where libcurl cannot be initialised.
  static Result<std::unique_ptr<ObjectStore>> Make(const S3Options& options,
                                                   const aws::EnvironmentLookup& environment,
                                                   const Clock& clock);
  /// `signer` signs every request in place of credentials.
  static Result<std::unique_ptr<ObjectStore>> MakeSigned(
      const S3Options& options, std::shared_ptr<http::RequestSigner> signer, const Clock& clock);

  /// On parts of the caller, which must outlive the store.
  S3ObjectStore(const S3Client::Parts& parts, const S3Options& options);
  ~S3ObjectStore() override;

  Result<std::string> Read(std::string_view location, int64_t max_bytes) override;
  Result<std::string> ReadRange(std::string_view location, int64_t offset, int64_t length) override;
  /// kIoError where S3 did not answer: the write may have been done.
  Status Write(std::string_view location, std::string_view bytes, WriteMode mode) override;
  Result<FileStat> Stat(std::string_view location) override;
  Status Delete(std::string_view location) override;
  Status DeleteMany(std::span<const std::string> locations) override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) override;
  Status EnsureDirectory(std::string_view location) override;

 private:
  struct OwnParts;

  /// What is missing of `own` is the transport.
  static Result<std::unique_ptr<ObjectStore>> MakeOn(std::unique_ptr<OwnParts> own,
                                                     const S3Options& options,
                                                     const Clock& clock);

  Result<std::string> ReadFrom(const S3Address& address,
                               ByteRange range,
                               int64_t max_bytes,
                               std::string_view location);
  Status WriteParts(const S3Address& address,
                    std::string_view bytes,
                    const PutConditions& conditions,
                    std::string_view location);
  Result<std::vector<UploadedPart>> UploadParts(const S3Address& address,
                                                const std::string& upload_id,
                                                std::string_view bytes,
                                                std::string_view location);
  Status Settle(Status status,
                const S3Address& address,
                const std::string& marker,
                std::string_view location);
  /// On the transfers' threads and this one, all until this one's CallDeadline.
  Status InParallel(size_t count, const std::function<Status(size_t)>& body);
  ThreadPool& transfers();

  /// Of Make; goes last.
  std::unique_ptr<OwnParts> own_;
  S3Client client_;
  std::once_flag transfers_made_;
  /// Made when the first large file comes.
  std::unique_ptr<ThreadPool> transfers_;
};

}  // namespace firn::storage::s3
