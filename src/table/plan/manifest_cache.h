// ManifestCache: manifest lists and manifests by location, decoded, within a budget of bytes. Both
// are immutable under their location, so an entry never grows stale; it leaves only for want of
// room, the least recently used first.
//
// A manifest is kept with the metrics that were asked for. Where more columns are wanted it is
// decoded again for the union, so that plans with different filters end up sharing one entry.
//
// Of concurrent callers that miss the same file each reads it: planning never waits for another's
// fetch.
//
// Errors: those of the store and of the decoders (kInvalidMetadata names the file).
// Thread-safety: every method from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_columns.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/manifest/metrics_projection.h"
#include "storage/object_store.h"

namespace firn::table {

using ManifestList = std::vector<iceberg::ManifestFile>;
using ManifestListPtr = std::shared_ptr<const ManifestList>;
using ManifestColumnsPtr = std::shared_ptr<const iceberg::ManifestColumns>;

/// All memory the list holds.
size_t MemoryBytes(const ManifestList& list);

/// Since the cache was made.
struct ManifestCacheCounts {
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t bytes_read = 0;
};

class ManifestCache {
 public:
  /// `budget_bytes` of decoded data; 0 keeps nothing.
  explicit ManifestCache(size_t budget_bytes);
  ~ManifestCache();

  Result<ManifestListPtr> List(storage::ObjectStore& store, std::string_view location);

  /// At least the metrics in `metrics`.
  Result<ManifestColumnsPtr> Manifest(storage::ObjectStore& store,
                                      const iceberg::ManifestFile& manifest,
                                      const iceberg::MetricsProjection& metrics);

  /// What is cached of a manifest for at least `metrics`, or nullptr; reads nothing.
  ManifestColumnsPtr Cached(std::string_view location, const iceberg::MetricsProjection& metrics);

  size_t memory_bytes() const;
  ManifestCacheCounts counts() const;

 private:
  class Shard;
  Shard& ShardOf(std::string_view location);

  std::vector<std::unique_ptr<Shard>> shards_;
};

/// A manifest or manifest list is at most so large, as a file.
inline constexpr int64_t kMaxManifestFileBytes = int64_t{1} << 30;

}  // namespace firn::table
