// ManifestFiles: the manifests and manifest lists that one commit reads and writes. New manifests
// are named at once but stay in memory until Store: those that are merged away never reach the
// store.
//
// Errors: those of the store; kInvalidMetadata naming the file. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/writer/manifest_writer.h"
#include "iceberg/metadata/snapshot.h"
#include "storage/object_store.h"
#include "table/commit/commit_tools.h"

namespace firn::table {

/// A manifest or manifest list is at most so large.
inline constexpr int64_t kMaxManifestBytes = int64_t{1} << 30;

class ManifestFiles {
 public:
  /// `commit_id` is part of each new name.
  ManifestFiles(std::shared_ptr<storage::ObjectStore> store,
                const CommitTools& tools,
                std::string commit_id)
      : store_(std::move(store)), tools_(tools), commit_id_(std::move(commit_id)) {}

  /// The manifests of a snapshot; none where it is null.
  Result<std::vector<iceberg::ManifestFile>> List(const iceberg::Snapshot* snapshot);

  Result<std::vector<iceberg::ManifestEntry>> Entries(const iceberg::ManifestFile& manifest);
  /// Of all, read in parallel, in their order.
  Result<std::vector<std::vector<iceberg::ManifestEntry>>> EntriesOf(
      std::span<const iceberg::ManifestFile> manifests);

  /// The same in columns, with all metrics: a fraction of the memory.
  Result<std::shared_ptr<const iceberg::ManifestColumns>> Columns(
      const iceberg::ManifestFile& manifest);

  /// Names a new manifest below `folder` and keeps its bytes.
  iceberg::ManifestFile Keep(iceberg::WrittenManifest manifest, std::string_view folder);

  /// Writes those of `manifests` that are kept and not yet stored.
  Status Store(std::span<const iceberg::ManifestFile> manifests);
  Status StoreList(const std::string& location, std::string_view bytes);

  /// Whether the manifest was made here.
  bool IsNew(const iceberg::ManifestFile& manifest) const;
  /// Locations that were written or may have been.
  std::vector<std::string> written() const;

 private:
  /// Null where it is no new manifest or its bytes are in the store.
  std::shared_ptr<const std::string> KeptBytes(const std::string& path) const;
  Result<iceberg::ManifestFile> Embedded(const std::string& path, iceberg::SnapshotId snapshot);

  std::shared_ptr<storage::ObjectStore> store_;
  const CommitTools& tools_;
  const std::string commit_id_;
  mutable std::mutex mutex_;
  int64_t next_number_ = 0;
  /// Null bytes: stored.
  std::map<std::string, std::shared_ptr<const std::string>> new_;
  std::vector<std::string> written_;
  /// Lists that were read, by location: those of a base are asked for more than once.
  std::map<std::string, std::vector<iceberg::ManifestFile>> lists_;
};

}  // namespace firn::table
