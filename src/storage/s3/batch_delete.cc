#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "storage/s3/batch_delete_internal.h"
#include "storage/s3/s3_error.h"

namespace firn::storage::s3 {
namespace {

/// Keeps the first failure.
class FirstFailure {
 public:
  void Note(Status status) {
    if (!status.has_value() && first_.has_value()) {
      first_ = std::move(status);
    }
  }
  Status Take() { return std::move(first_); }

 private:
  Status first_;
};

/// Keys of one bucket; the text of the location that asked for each is made again for errors.
class BucketDeletion {
 public:
  BucketDeletion(S3Client& client, std::string bucket, FirstFailure& first)
      : client_(client), bucket_(std::move(bucket)), first_(first) {}

  void Run(std::span<const std::string> keys) {
    std::vector<std::string> batch;
    for (const std::string& key : keys) {
      if (!FitsIntoXml(key)) {
        DeleteAlone(key);
        continue;
      }
      batch.push_back(key);
      if (batch.size() == kMaxDeleteKeys) {
        RunBatch(batch);
        batch.clear();
      }
    }
    if (!batch.empty()) {
      RunBatch(batch);
    }
  }

 private:
  void RunBatch(std::span<const std::string> keys) {
    if (keys.size() > 1 && has_batches_) {
      auto failures = client_.DeleteObjects(bucket_, keys);
      if (failures.has_value()) {
        for (const S3Failure& failure : *failures) {
          IsTransientCode(failure.code) ? DeleteAlone(failure.key)
                                        : first_.Note(ErrorOf(failure, Name(failure.key)));
        }
        return;
      }
      if (failures.error().code() != ErrorCode::kUnsupported) {
        first_.Note(TakeError(std::move(failures)).With("first file", Name(keys.front())));
        return;
      }
      has_batches_ = false;
    }
    std::ranges::for_each(keys, [this](const std::string& key) { DeleteAlone(key); });
  }

  void DeleteAlone(const std::string& key) {
    first_.Note(client_.Delete({.bucket = bucket_, .key = key}, Name(key)));
  }

  std::string Name(const std::string& key) const { return "s3://" + bucket_ + "/" + key; }

  S3Client& client_;
  std::string bucket_;
  FirstFailure& first_;
  bool has_batches_ = true;
};

}  // namespace

Status DeleteInBatches(S3Client& client, std::span<const std::string> locations) {
  FirstFailure first;
  std::map<std::string, std::vector<std::string>> keys;
  for (const std::string& location : locations) {
    auto address = ParseObjectAddress(location);
    if (address.has_value()) {
      keys[address->bucket].push_back(std::move(address->key));
    } else {
      first.Note(TakeError(std::move(address)));
    }
  }
  for (const auto& [bucket, listed] : keys) {
    BucketDeletion(client, bucket, first).Run(listed);
  }
  return first.Take();
}

}  // namespace firn::storage::s3
