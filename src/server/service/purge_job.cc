#include "server/service/purge_job.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/json_writer.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/metadata/table_properties.h"
#include "server/service/metadata_files.h"
#include "server/service/purge_payload.h"
#include "server/service/purge_scope.h"

namespace firn::service {
namespace {

/// Between two batches the lease is renewed and the absence of references is looked at again.
constexpr size_t kMaxBatch = 1'000;
constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr std::string_view kGcEnabledProperty = "gc.enabled";

bool IsMissing(const Error& error) { return error.code() == ErrorCode::kNotFound; }

/// Outside every root of this server, or no location of its storage at all.
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
      : environment_(environment),
        job_(job),
        payload_(std::move(payload)),
        stop_(stop),
        scope_(environment, payload_) {}

  Status Run() {
    RETURN_IF_ERROR(scope_.Refresh());
    auto current = LoadTableEntry(environment_, payload_.metadata_location);
    if (!current.has_value()) {
      if (!IsMissing(current.error())) {
        return TakeError(std::move(current));
      }
      // The last file to go is gone: an earlier run came to its end.
      RemoveTableFolders(environment_, payload_.location);
      return {};
    }
    const iceberg::TableMetadata& metadata = *(*current)->table();
    with_data_ = iceberg::BoolProperty(*metadata.properties, kGcEnabledProperty, true);
    scope_.AddFolders(metadata);
    // The oldest first: a table that moved names its former folders there.
    for (const iceberg::MetadataLogEntry& entry : metadata.metadata_log) {
      RETURN_IF_ERROR(PurgeOldVersion(entry.metadata_file));
    }
    RETURN_IF_ERROR(PurgeVersion(metadata));
    RETURN_IF_ERROR(Flush());
    RETURN_IF_ERROR(AddMetadataFile(payload_.metadata_location));
    RETURN_IF_ERROR(Flush());
    RemoveFolders();
    return SaveProgress();
  }

 private:
  struct NamedFile {
    std::string location;
    FileKind kind;
  };

  /// A log may name any file: one of another table is left alone, and one that cannot be read is
  /// judged by where it lies.
  Status PurgeOldVersion(const std::string& location) {
    auto old = LoadTableEntry(environment_, location);
    if (!old.has_value()) {
      bool broken = old.error().code() == ErrorCode::kInvalidMetadata;
      if (broken || IsOutOfReach(old.error())) {
        return Add(location, FileKind::kMetadata);
      }
      return IsMissing(old.error()) ? Status() : Status(TakeError(std::move(old)));
    }
    const iceberg::TableMetadata& metadata = *(*old)->table();
    if (metadata.uuid.empty()) {  // v1: it may be this table before it was given one
      RETURN_IF_ERROR(PurgeVersion(metadata));
      RETURN_IF_ERROR(Flush());
      return Add(location, FileKind::kMetadata);
    }
    if (metadata.uuid != payload_.uuid) {
      return {};
    }
    scope_.AddFolders(metadata);
    RETURN_IF_ERROR(PurgeVersion(metadata));
    return AddMetadataFile(location);
  }

  /// It is the table's wherever it lies: its content says so.
  Status AddMetadataFile(const std::string& location) {
    environment_.cache.Erase(location);
    RETURN_IF_ERROR(Flush());  // what it names goes first: a batch has no order
    metadata_files_.insert(location);
    return Add(location, FileKind::kMetadata);
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
      return Unread(snapshot.manifest_list, bytes.error());
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
        return Unread(manifest.path, bytes.error());
      }
      ASSIGN_OR_RETURN(auto entries, iceberg::DecodeManifest(*bytes, manifest, {}));
      for (size_t row = 0; row < entries->size(); ++row) {
        RETURN_IF_ERROR(Add(std::string(entries->paths[row]), FileKind::kData));
      }
      RETURN_IF_ERROR(Flush());
    }
    return AddOnce(manifest.path);
  }

  /// What could not be read on the way names files that stay; only a fault is worth another try.
  Status Unread(const std::string& location, const Error& error) {
    if (IsOutOfReach(error)) {
      out_of_reach_ += done_.insert(location).second ? 1 : 0;
      return {};
    }
    return IsMissing(error) ? Status() : Status(Error(error));
  }

  Status AddOnce(const std::string& location) {
    return done_.insert(location).second ? Add(location, FileKind::kMetadata) : Status();
  }

  Status Add(std::string location, FileKind kind) {
    batch_.push_back({std::move(location), kind});
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
    RETURN_IF_ERROR(scope_.Refresh());
    CrashPoint("purge.before_delete");
    RETURN_IF_ERROR(DeleteBatch());
    std::set<std::string> folders;
    for (const NamedFile& file : batch_) {
      folders.insert(FolderOf(file.location));
    }
    CrashPoint("purge.after_delete");
    for (const std::string& folder : folders) {
      RemoveUpwards(folder);
    }
    batch_.clear();
    return {};
  }

  static std::string FolderOf(const std::string& location) {
    return location.substr(0, location.rfind('/'));
  }

  /// Removes the folder and those that hold it, as long as they are empty and below a folder of the
  /// table. What cannot be removed stays: nobody waits for it.
  void RemoveUpwards(std::string folder) {
    while (scope_.OwnsFolder(folder)) {
      auto gone = environment_.objects.RemoveEmptyFolder(folder);
      if (!gone.has_value() || !*gone) {
        return;
      }
      folder = FolderOf(folder);
    }
  }

  /// The folders of the table itself, once its files are gone.
  void RemoveFolders() {
    for (const std::string& folder : scope_.Folders()) {
      RemoveTableFolders(environment_, folder);
    }
  }

  /// Renews the lease too.
  Status SaveProgress() {
    int64_t lease_until = environment_.clock.Now().value() + kLeaseMs;
    return environment_.store.SaveJobProgress(job_, Progress(), TimestampMs(lease_until));
  }

  /// What is owned, all at once; one by one where the store may not delete some.
  Status DeleteBatch() {
    std::vector<std::string> files;
    for (const auto& [location, kind] : batch_) {
      Claim claim = scope_.Judge(location, kind);
      if (claim == Claim::kOutside && metadata_files_.contains(location)) {
        claim = Claim::kOwned;
      }
      if (claim == Claim::kOwned) {
        files.push_back(location);
      } else {
        ++CounterOf(claim);
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

  Status DeleteOne(const std::string& location) {
    if (stop_) {
      return Error(ErrorCode::kUnavailable, "The server is stopping");
    }
    Status deleted = environment_.objects.Delete(location);
    if (!deleted.has_value() && !IsOutOfReach(deleted.error())) {
      return deleted;
    }
    ++(deleted.has_value() ? deleted_ : out_of_reach_);
    return {};
  }

  int64_t& CounterOf(Claim claim) {
    return claim == Claim::kOutside ? left_outside_
           : claim == Claim::kInUse ? in_use_
                                    : out_of_reach_;
  }

  std::string Progress() const {
    std::string json;
    JsonWriter(json)
        .BeginObject()
        .Field("files-deleted", deleted_)
        .Field("files-left-outside", left_outside_)
        .Field("files-in-use", in_use_)
        .Field("files-out-of-reach", out_of_reach_)
        .EndObject();
    return json;
  }

  const Environment& environment_;
  const store::JobRecord& job_;
  PurgePayload payload_;
  const std::atomic<bool>& stop_;
  PurgeScope scope_;
  /// What the table's last version says of its data files; older ones may have said otherwise.
  bool with_data_ = true;
  /// Manifests, lists and statistics that this run has seen: snapshots share them.
  std::set<std::string> done_;
  /// Metadata files that name the table's uuid.
  std::set<std::string> metadata_files_;
  std::vector<NamedFile> batch_;
  int64_t deleted_ = 0;
  int64_t left_outside_ = 0;
  int64_t in_use_ = 0;
  int64_t out_of_reach_ = 0;
};

}  // namespace

Status RunPurge(const Environment& environment,
                const store::JobRecord& job,
                const std::atomic<bool>& stop) {
  ASSIGN_OR_RETURN(PurgePayload payload, ParsePurgePayload(job.payload));
  return Purge(environment, job, std::move(payload), stop).Run();
}

}  // namespace firn::service
