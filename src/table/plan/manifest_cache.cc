#include "table/plan/manifest_cache.h"

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <utility>

#include "iceberg/manifest/manifest_decoder.h"
#include "iceberg/manifest/manifest_list.h"

namespace firn::table {
namespace {

constexpr size_t kShards = 8;

}  // namespace

size_t MemoryBytes(const ManifestList& list) {
  size_t bytes = list.capacity() * sizeof(iceberg::ManifestFile);
  for (const iceberg::ManifestFile& manifest : list) {
    bytes += manifest.path.capacity();
    if (manifest.partitions) {
      bytes += manifest.partitions->capacity() * sizeof(iceberg::FieldSummary);
    }
  }
  return bytes;
}

/// One lock's share of the entries.
class ManifestCache::Shard {
 public:
  using Value = std::variant<ManifestListPtr, ManifestColumnsPtr>;

  explicit Shard(size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  std::optional<Value> Find(std::string_view location) {
    std::scoped_lock lock(mutex_);
    auto found = by_location_.find(location);
    if (found == by_location_.end()) {
      return std::nullopt;
    }
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->value;
  }

  void Put(std::string_view location, Value value, size_t bytes) {
    std::scoped_lock lock(mutex_);
    Erase(location);
    bytes += location.size() + sizeof(Entry);
    if (bytes > budget_bytes_) {
      return;
    }
    recent_.push_front({std::string(location), std::move(value), bytes});
    by_location_[recent_.front().location] = recent_.begin();
    bytes_ += bytes;
    while (bytes_ > budget_bytes_) {
      Erase(std::string(recent_.back().location));
    }
  }

  size_t bytes() const {
    std::scoped_lock lock(mutex_);
    return bytes_;
  }

  std::atomic<uint64_t> hits = 0;
  std::atomic<uint64_t> misses = 0;
  std::atomic<uint64_t> bytes_read = 0;

 private:
  struct Entry {
    std::string location;
    Value value;
    size_t bytes;
  };

  void Erase(std::string_view location) {
    auto found = by_location_.find(location);
    if (found != by_location_.end()) {
      auto entry = found->second;
      bytes_ -= entry->bytes;
      by_location_.erase(found);
      recent_.erase(entry);
    }
  }

  const size_t budget_bytes_;
  mutable std::mutex mutex_;
  size_t bytes_ = 0;
  std::list<Entry> recent_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_location_;
};

ManifestCache::ManifestCache(size_t budget_bytes) {
  for (size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(budget_bytes / kShards));
  }
}

ManifestCache::~ManifestCache() = default;

ManifestCache::Shard& ManifestCache::ShardOf(std::string_view location) {
  return *shards_[std::hash<std::string_view>()(location) % kShards];
}

Result<ManifestListPtr> ManifestCache::List(storage::ObjectStore& store,
                                            std::string_view location) {
  Shard& shard = ShardOf(location);
  if (auto found = shard.Find(location)) {
    if (auto* list = std::get_if<ManifestListPtr>(&*found)) {
      ++shard.hits;
      return *list;
    }
  }
  ++shard.misses;
  ASSIGN_OR_RETURN(std::string bytes, store.Read(location, kMaxManifestFileBytes));
  shard.bytes_read += bytes.size();
  ASSIGN_OR_RETURN(ManifestList manifests, iceberg::ReadManifestList(bytes, location));
  auto list = std::make_shared<const ManifestList>(std::move(manifests));
  shard.Put(location, list, MemoryBytes(*list));
  return list;
}

ManifestColumnsPtr ManifestCache::Cached(std::string_view location,
                                         const iceberg::MetricsProjection& metrics) {
  auto found = ShardOf(location).Find(location);
  auto* columns = found ? std::get_if<ManifestColumnsPtr>(&*found) : nullptr;
  return columns != nullptr && (*columns)->projection.Covers(metrics) ? *columns : nullptr;
}

Result<ManifestColumnsPtr> ManifestCache::Manifest(storage::ObjectStore& store,
                                                   const iceberg::ManifestFile& manifest,
                                                   const iceberg::MetricsProjection& metrics) {
  Shard& shard = ShardOf(manifest.path);
  auto found = shard.Find(manifest.path);
  auto* known = found ? std::get_if<ManifestColumnsPtr>(&*found) : nullptr;
  if (known != nullptr && (*known)->projection.Covers(metrics)) {
    ++shard.hits;
    return *known;
  }
  ++shard.misses;
  auto wanted = known != nullptr ? (*known)->projection.Union(metrics) : metrics;
  ASSIGN_OR_RETURN(std::string bytes, store.Read(manifest.path, kMaxManifestFileBytes));
  shard.bytes_read += bytes.size();
  ASSIGN_OR_RETURN(ManifestColumnsPtr columns,
                   iceberg::DecodeManifest(bytes, manifest, {.projection = std::move(wanted)}));
  shard.Put(manifest.path, columns, columns->MemoryBytes());
  return columns;
}

size_t ManifestCache::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& shard : shards_) {
    bytes += shard->bytes();
  }
  return bytes;
}

ManifestCacheCounts ManifestCache::counts() const {
  ManifestCacheCounts counts;
  for (const auto& shard : shards_) {
    counts.hits += shard->hits;
    counts.misses += shard->misses;
    counts.bytes_read += shard->bytes_read;
  }
  return counts;
}

}  // namespace firn::table
