#include "table/maintain/manifest_walk.h"

#include <memory>
#include <optional>
#include <utility>

#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"
#include "table/plan/ordered_loop.h"

namespace firn::table {
namespace {

using iceberg::ManifestFile;
using Manifests = std::vector<ManifestFile>;
using ColumnsPtr = std::shared_ptr<const iceberg::ManifestColumns>;

/// nullopt where the file is gone and may be.
template <class T>
Result<std::optional<T>> Found(Result<T> result, MissingFiles missing) {
  if (result.has_value()) {
    return std::optional<T>(*std::move(result));
  }
  if (result.error().code() == ErrorCode::kNotFound && missing == MissingFiles::kSkip) {
    return std::optional<T>();
  }
  return TakeError(std::move(result));
}

}  // namespace

Result<Manifests> ManifestWalk::List(const iceberg::Snapshot& snapshot) const {
  if (!snapshot.manifest_list.empty()) {
    ASSIGN_OR_RETURN(std::string bytes, store_.Read(snapshot.manifest_list, kMaxFileBytes));
    return iceberg::ReadManifestList(bytes, snapshot.manifest_list);
  }
  Manifests manifests;
  for (const std::string& path : snapshot.manifests) {
    ManifestFile& manifest = manifests.emplace_back();
    manifest.path = path;
    manifest.added_snapshot_id = snapshot.id;
  }
  return manifests;
}

Result<ManifestsByPath> ManifestWalk::ListAll(std::span<const iceberg::SnapshotPtr> snapshots,
                                              const ManifestsByPath& known,
                                              MissingFiles missing) const {
  ManifestsByPath all;
  auto read = [&](size_t i) -> Result<std::optional<Manifests>> {
    return Found(List(*snapshots[i]), missing);
  };
  auto keep = [&](std::optional<Manifests> found) -> Status {
    Manifests list = std::move(found).value_or(Manifests());
    for (ManifestFile& manifest : list) {
      if (!known.contains(manifest.path)) {
        manifest.partitions.reset();
        std::string path = manifest.path;
        all.try_emplace(std::move(path), std::move(manifest));
      }
    }
    return {};
  };
  RETURN_IF_ERROR(OrderedLoop<std::optional<Manifests>>(tools_.pool, snapshots.size(),
                                                        tools_.parallelism, read, keep));
  return all;
}

Status ManifestWalk::ForEach(const ManifestsByPath& manifests,
                             MissingFiles missing,
                             const Visit& visit) const {
  std::vector<const ManifestFile*> ordered;
  for (const auto& [path, manifest] : manifests) {
    ordered.push_back(&manifest);
  }
  auto decode = [&](const ManifestFile& manifest) -> Result<ColumnsPtr> {
    ASSIGN_OR_RETURN(std::string bytes, store_.Read(manifest.path, kMaxFileBytes));
    return iceberg::DecodeManifest(bytes, manifest, {});
  };
  size_t next = 0;
  auto read = [&](size_t i) -> Result<std::optional<ColumnsPtr>> {
    return Found(decode(*ordered[i]), missing);
  };
  auto hand_on = [&](std::optional<ColumnsPtr> columns) -> Status {
    const ManifestFile& manifest = *ordered[next++];
    return columns.has_value() ? visit(manifest, **columns) : Status();
  };
  return OrderedLoop<std::optional<ColumnsPtr>>(tools_.pool, ordered.size(), kManifestsAtOnce, read,
                                                hand_on);
}

}  // namespace firn::table
