#include "catalog/pointer/purge.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "catalog/pointer/metadata_store.h"
#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/metadata/table_properties.h"
#include "storage/location.h"

namespace firn::catalog::pointer {
namespace {

constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr std::string_view kGcEnabledProperty = "gc.enabled";

/// Gone, or nothing that a client of this storage can read: not worth another try.
bool IsNamingNothing(ErrorCode code) {
  return code == ErrorCode::kNotFound || code == ErrorCode::kInvalidArgument ||
         code == ErrorCode::kForbidden;
}

class Walk {
 public:
  Walk(storage::ObjectStore& files, const iceberg::TableMetadata& current)
      : files_(files),
        uuid_(current.uuid),
        with_data_(iceberg::BoolProperty(*current.properties, kGcEnabledProperty, true)),
        location_(Parse(current.location)) {
    if (auto path = current.FindProperty(iceberg::kMetadataPathProperty)) {
      metadata_path_ = Parse(std::string(*path));
    }
  }

  Status AddOldVersion(const std::string& location) {
    auto old = ReadMetadata(files_, location);
    if (!old.has_value() && old.error().code() == ErrorCode::kInvalidMetadata) {
      AddMetadataFile(location);  // judged by where it lies
      return {};
    }
    if (!old.has_value()) {
      return IsNamingNothing(old.error().code()) ? Status() : Status(TakeError(std::move(old)));
    }
    bool ours = (*old)->uuid.empty() || (*old)->uuid == uuid_;
    if (!ours) {
      return {};
    }
    RETURN_IF_ERROR(AddVersion(**old));
    AddMetadataFile(location);
    return {};
  }

  Status AddVersion(const iceberg::TableMetadata& metadata) {
    for (const iceberg::SnapshotEntry& entry : metadata.snapshots) {
      RETURN_IF_ERROR(AddSnapshot(*entry.snapshot));
    }
    for (const iceberg::StatisticsFile& file : metadata.statistics) {
      AddMetadataFile(file.path);
    }
    for (const iceberg::PartitionStatisticsFile& file : metadata.partition_statistics) {
      AddMetadataFile(file.path);
    }
    return {};
  }

  void AddMetadataFile(const std::string& location) {
    auto place = Parse(location);
    bool owned = place && ((location_ && location_->Contains(*place)) ||
                           (metadata_path_ && metadata_path_->Contains(*place)));
    Add(location, owned);
  }

  std::vector<std::string> Take() { return std::move(owned_); }

 private:
  static std::optional<storage::Location> Parse(const std::string& text) {
    auto location = storage::Location::Parse(text);
    return location.has_value() ? std::optional(*std::move(location)) : std::nullopt;
  }

  Status AddSnapshot(const iceberg::Snapshot& snapshot) {
    for (const std::string& path : snapshot.manifests) {  // v1 without a list
      iceberg::ManifestFile manifest;
      manifest.path = path;
      manifest.added_snapshot_id = snapshot.id;
      RETURN_IF_ERROR(AddManifest(manifest));
    }
    if (snapshot.manifest_list.empty() || seen_.contains(snapshot.manifest_list)) {
      return {};
    }
    ASSIGN_OR_RETURN(auto bytes, ReadNamed(snapshot.manifest_list));
    if (bytes) {
      ASSIGN_OR_RETURN(auto manifests, iceberg::ReadManifestList(*bytes, snapshot.manifest_list));
      for (const iceberg::ManifestFile& manifest : manifests) {
        RETURN_IF_ERROR(AddManifest(manifest));
      }
    }
    AddMetadataFile(snapshot.manifest_list);
    return {};
  }

  Status AddManifest(const iceberg::ManifestFile& manifest) {
    if (seen_.contains(manifest.path)) {
      return {};
    }
    if (with_data_) {
      ASSIGN_OR_RETURN(auto bytes, ReadNamed(manifest.path));
      if (bytes) {
        RETURN_IF_ERROR(AddDataFiles(*bytes, manifest));
      }
    }
    AddMetadataFile(manifest.path);
    return {};
  }

  Status AddDataFiles(const std::string& bytes, const iceberg::ManifestFile& manifest) {
    ASSIGN_OR_RETURN(auto entries, iceberg::DecodeManifest(bytes, manifest, {}));
    for (size_t row = 0; row < entries->size(); ++row) {
      std::string path(entries->paths[row]);
      auto place = Parse(path);
      Add(path, place && location_ && location_->Contains(*place));
    }
    return {};
  }

  /// nullopt where there is nothing to read.
  Result<std::optional<std::string>> ReadNamed(const std::string& location) {
    auto bytes = files_.Read(location, kMaxFileBytes);
    if (bytes.has_value()) {
      return std::optional(*std::move(bytes));
    }
    if (IsNamingNothing(bytes.error().code())) {
      return std::optional<std::string>();
    }
    return TakeError(std::move(bytes));
  }

  void Add(const std::string& location, bool owned) {
    if (seen_.insert(location).second && owned) {
      owned_.push_back(location);
    }
  }

  storage::ObjectStore& files_;
  std::string uuid_;
  bool with_data_;
  std::optional<storage::Location> location_;
  std::optional<storage::Location> metadata_path_;
  std::set<std::string> seen_;
  std::vector<std::string> owned_;
};

/// Folders at and below a location, each once, in whatever spelling they come.
class Folders {
 public:
  explicit Folders(const std::string& location) {
    if (auto root = storage::Location::Parse(location); root.has_value()) {
      root_ = *std::move(root);
      Add(location);
    }
  }

  /// False where the folder is none of them, or is there already.
  bool Add(std::string_view folder) {
    if (!root_ || !seen_.emplace(folder).second) {
      return false;
    }
    auto place = storage::Location::Parse(folder);
    return place.has_value() && root_->Contains(*place) &&
           by_place_.emplace(place->Canonical(), folder).second;
  }

  /// Those that the file lies in.
  void AddAbove(std::string_view file) {
    size_t slash = file.rfind('/');
    while (slash != std::string_view::npos && Add(file.substr(0, slash))) {
      slash = slash == 0 ? std::string_view::npos : file.rfind('/', slash - 1);
    }
  }

  std::vector<std::string> InnerFirst() const {
    std::vector<std::string> folders;
    for (const auto& [place, folder] : by_place_) {
      folders.push_back(folder);
    }
    return folders;
  }

 private:
  std::optional<storage::Location> root_;
  std::set<std::string, std::less<>> seen_;
  /// A folder sorts before what lies in it.
  std::map<std::string, std::string, std::greater<>> by_place_;
};

}  // namespace

Result<std::vector<std::string>> OwnedFiles(storage::ObjectStore& files,
                                            const iceberg::TableMetadata& metadata,
                                            const std::string& metadata_location) {
  Walk walk(files, metadata);
  for (const iceberg::MetadataLogEntry& entry : metadata.metadata_log) {
    RETURN_IF_ERROR(walk.AddOldVersion(entry.metadata_file));
  }
  RETURN_IF_ERROR(walk.AddVersion(metadata));
  walk.AddMetadataFile(metadata_location);
  return walk.Take();
}

void DeleteOwned(storage::ObjectStore& files,
                 const std::vector<std::string>& owned,
                 const std::string& location) {
  static_cast<void>(files.DeleteMany(owned));
  Folders folders(location);
  for (const std::string& file : owned) {
    folders.AddAbove(file);
  }
  for (const char* usual : {"metadata", "data"}) {
    folders.Add(storage::JoinLocation(location, usual));
  }
  for (const std::string& folder : folders.InnerFirst()) {
    static_cast<void>(files.RemoveEmptyFolder(folder));
  }
}

}  // namespace firn::catalog::pointer
