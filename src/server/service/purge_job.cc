#include "server/service/purge_job.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/crash_point.h"
#include "base/json_writer.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/metadata/table_properties.h"
#include "server/service/metadata_files.h"
#include "server/service/purge_payload.h"
#include "storage/location.h"

namespace firn::service {
namespace {

/// Between two batches the lease is renewed and the absence of references is looked at again.
constexpr size_t kMaxBatch = 1'000;
constexpr int64_t kLeaseMs = 60'000;
constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr std::string_view kGcEnabledProperty = "gc.enabled";

bool IsMissing(const Error& error) { return error.code() == ErrorCode::kNotFound; }

/// The file lies where this server may not delete.
bool IsOutOfReach(const Error& error) {
  return error.code() == ErrorCode::kForbidden || error.code() == ErrorCode::kInvalidArgument;
}

/// One run of a purge: collects locations, deletes them in batches.
class Purge {
 public:
  Purge(const Environment& environment,
        const store::JobRecord& job,
        PurgePayload payload,
        const std::atomic<bool>& stop)
      : environment_(environment), job_(job), payload_(std::move(payload)), stop_(stop) {}

  Status Run() {
    RETURN_IF_ERROR(CheckUnreferenced());
    auto current = LoadTableEntry(environment_, payload_.metadata_location);
    if (!current.has_value()) {
      // The last file to go is gone: an earlier run came to its end.
      return IsMissing(current.error()) ? Status() : Status(TakeError(std::move(current)));
    }
    const iceberg::TableMetadata& metadata = *(*current)->table();
    with_data_ = iceberg::BoolProperty(*metadata.properties, kGcEnabledProperty, true);
    RETURN_IF_ERROR(PurgeVersion(metadata));
    for (const iceberg::MetadataLogEntry& entry : metadata.metadata_log) {
      RETURN_IF_ERROR(PurgeOldVersion(entry.metadata_file));
    }
    RETURN_IF_ERROR(Flush());
    RETURN_IF_ERROR(Add(payload_.metadata_location));
    RETURN_IF_ERROR(Flush());
    environment_.cache.Erase(payload_.metadata_location);
    return SaveProgress();
  }

 private:
  /// A log may name any file: one of another table is left alone, and so is one that cannot be read
  /// and does not lie below the table's location.
  Status PurgeOldVersion(const std::string& location) {
    auto old = LoadTableEntry(environment_, location);
    if (!old.has_value()) {
      bool own = old.error().code() == ErrorCode::kInvalidMetadata && LiesInTable(location);
      return own ? Add(location) : Status();
    }
    if ((*old)->table()->uuid != payload_.uuid) {
      return {};
    }
    RETURN_IF_ERROR(PurgeVersion(*(*old)->table()));
    environment_.cache.Erase(location);
    RETURN_IF_ERROR(Flush());  // what it names goes first: a batch has no order
    return Add(location);
  }

  /// Everything that one version of the metadata names. Files go before what names them.
  Status PurgeVersion(const iceberg::TableMetadata& metadata) {
    for (const iceberg::SnapshotEntry& entry : metadata.snapshots) {
      RETURN_IF_ERROR(PurgeSnapshot(*entry.snapshot));
    }
    for (const iceberg::StatisticsFile& file : metadata.statistics) {
      RETURN_IF_ERROR(AddOnce(file.path));
    }
    for (const iceberg::PartitionStatisticsFile& file : metadata.partition_statistics) {
      RETURN_IF_ERROR(AddOnce(file.path));
    }
    return {};
  }

  Status PurgeSnapshot(const iceberg::Snapshot& snapshot) {
    for (const std::string& path : snapshot.manifests) {  // v1 without a list
      iceberg::ManifestFile manifest;
      manifest.path = path;
      manifest.added_snapshot_id = snapshot.id;
      RETURN_IF_ERROR(PurgeManifest(manifest));
    }
    if (snapshot.manifest_list.empty() || done_.contains(snapshot.manifest_list)) {
      return {};
    }
    auto bytes = environment_.objects.Read(snapshot.manifest_list, kMaxFileBytes);
    if (!bytes.has_value()) {
      return IsMissing(bytes.error()) ? Status() : Status(TakeError(std::move(bytes)));
    }
    ASSIGN_OR_RETURN(auto manifests, iceberg::ReadManifestList(*bytes, snapshot.manifest_list));
    for (const iceberg::ManifestFile& manifest : manifests) {
      RETURN_IF_ERROR(PurgeManifest(manifest));
    }
    RETURN_IF_ERROR(Flush());
    return AddOnce(snapshot.manifest_list);
  }

  Status PurgeManifest(const iceberg::ManifestFile& manifest) {
    if (done_.contains(manifest.path)) {
      return {};
    }
    if (with_data_) {
      auto bytes = environment_.objects.Read(manifest.path, kMaxFileBytes);
      if (!bytes.has_value()) {
        return IsMissing(bytes.error()) ? Status() : Status(TakeError(std::move(bytes)));
      }
      ASSIGN_OR_RETURN(auto entries, iceberg::DecodeManifest(*bytes, manifest, {}));
      for (size_t row = 0; row < entries->size(); ++row) {
        RETURN_IF_ERROR(Add(std::string(entries->paths[row])));
      }
      RETURN_IF_ERROR(Flush());
    }
    return AddOnce(manifest.path);
  }

  Status AddOnce(const std::string& location) {
    return done_.insert(location).second ? Add(location) : Status();
  }

  Status Add(std::string location) {
    batch_.push_back(std::move(location));
    return batch_.size() >= kMaxBatch ? Flush() : Status();
  }

  Status Flush() {
    if (stop_) {
      return Error(ErrorCode::kUnavailable, "The server is stopping");
    }
    if (batch_.empty()) {
      return {};
    }
    RETURN_IF_ERROR(SaveProgress());
    RETURN_IF_ERROR(CheckUnreferenced());
    CrashPoint("purge.before_delete");
    RETURN_IF_ERROR(DeleteBatch());
    CrashPoint("purge.after_delete");
    batch_.clear();
    return {};
  }

  /// Renews the lease too.
  Status SaveProgress() {
    int64_t lease_until = environment_.clock.Now().value() + kLeaseMs;
    return environment_.store.SaveJobProgress(job_, Progress(), TimestampMs(lease_until));
  }

  /// All at once; one by one where the store may not delete some.
  Status DeleteBatch() {
    std::vector<std::string> files;
    for (const std::string& location : batch_) {
      ASSIGN_OR_RETURN(bool free, IsFree(location));
      if (free) {
        files.push_back(location);
      } else {
        ++left_;
      }
    }
    Status deleted = environment_.objects.DeleteMany(files);
    if (deleted.has_value()) {
      deleted_ += static_cast<int64_t>(files.size());
      return {};
    }
    if (!IsOutOfReach(deleted.error())) {
      return deleted;
    }
    for (const std::string& location : files) {
      RETURN_IF_ERROR(DeleteOne(location));
    }
    return {};
  }

  /// What was brought in from elsewhere may lie in the folder of a table that lives.
  Result<bool> IsFree(const std::string& location) {
    if (LiesInTable(location)) {
      return true;
    }
    ASSIGN_OR_RETURN(auto others, environment_.store.FindReferencing("", location, kNoDeadline));
    return others.empty();
  }

  Status DeleteOne(const std::string& location) {
    if (stop_) {
      return Error(ErrorCode::kUnavailable, "The server is stopping");
    }
    Status deleted = environment_.objects.Delete(location);
    if (deleted.has_value()) {
      ++deleted_;
    } else if (IsOutOfReach(deleted.error())) {
      ++left_;
    } else {
      return deleted;
    }
    return {};
  }

  bool LiesInTable(std::string_view location) const {
    auto table = storage::Location::Parse(payload_.location);
    auto file = storage::Location::Parse(location);
    return table.has_value() && file.has_value() && table->Contains(*file);
  }

  std::string Progress() const {
    std::string json;
    JsonWriter(json)
        .BeginObject()
        .Field("files-deleted", deleted_)
        .Field("files-out-of-reach", left_)
        .EndObject();
    return json;
  }

  Status CheckUnreferenced() {
    ASSIGN_OR_RETURN(auto others, environment_.store.FindReferencing(
                                      payload_.uuid, payload_.location, kNoDeadline));
    if (!others.empty()) {
      return Error(ErrorCode::kCommitConflict, fmt::format("Not purged: {} is in use by table {}",
                                                           payload_.location, others.front().name));
    }
    return {};
  }

  const Environment& environment_;
  const store::JobRecord& job_;
  PurgePayload payload_;
  const std::atomic<bool>& stop_;
  /// What the table's last version says of its data files; older ones may have said otherwise.
  bool with_data_ = true;
  /// Manifests, lists and statistics that this run has seen: snapshots share them.
  std::set<std::string> done_;
  std::vector<std::string> batch_;
  int64_t deleted_ = 0;
  int64_t left_ = 0;
};

}  // namespace

Status RunPurge(const Environment& environment,
                const store::JobRecord& job,
                const std::atomic<bool>& stop) {
  ASSIGN_OR_RETURN(PurgePayload payload, ParsePurgePayload(job.payload));
  return Purge(environment, job, std::move(payload), stop).Run();
}

}  // namespace firn::service
