// MetadataCache: parsed metadata and its rendered answers, by metadata location. A location's
// content never changes, so an entry is never wrong, only dropped. Bounded in bytes, least recently
// used first; sharded so that readers do not meet.
//
// Thread-safety: any thread.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/view/view_metadata.h"

namespace firn::service {

/// One metadata file: the metadata of a table or of a view, and what was made of it.
class MetadataEntry {
 public:
  using Text = std::shared_ptr<const std::string>;

  MetadataEntry(std::string location, iceberg::TableMetadataPtr table, size_t size_bytes);
  MetadataEntry(std::string location, iceberg::ViewMetadataPtr view, size_t size_bytes);

  const std::string& location() const { return location_; }
  /// Null where this is a view.
  const iceberg::TableMetadataPtr& table() const { return table_; }
  /// Null where this is a table.
  const iceberg::ViewMetadataPtr& view() const { return view_; }
  /// Distinguishes this file and selection from every other: for entity tags.
  const std::string& fingerprint(iceberg::SnapshotSelection selection) const;

  /// The rendered answer; `render` makes it the first time. The text must depend on the metadata
  /// alone.
  Text Rendered(iceberg::SnapshotSelection selection,
                const std::function<std::string()>& render) const;
  /// Rendered, but null where nobody has made it yet.
  Text RenderedIfMade(iceberg::SnapshotSelection selection) const;

  /// What it takes from the cache's budget: the metadata and one rendered answer.
  size_t cost_bytes() const { return cost_bytes_; }

 private:
  void Fingerprint();

  std::string location_;
  iceberg::TableMetadataPtr table_;
  iceberg::ViewMetadataPtr view_;
  size_t cost_bytes_;
  std::array<std::string, 2> fingerprints_;
  mutable std::array<std::atomic<Text>, 2> rendered_;
};

using MetadataEntryPtr = std::shared_ptr<const MetadataEntry>;

class MetadataCache {
 public:
  explicit MetadataCache(size_t max_bytes);

  /// Null where it is not cached.
  MetadataEntryPtr Find(std::string_view location);
  void Insert(MetadataEntryPtr entry);
  void Erase(std::string_view location);

  struct Stats {
    uint64_t hits = 0;
    uint64_t misses = 0;
    size_t bytes = 0;
  };
  Stats stats() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::list<MetadataEntryPtr> by_use;  // most recent first
    std::unordered_map<std::string_view, std::list<MetadataEntryPtr>::iterator> by_location;
    size_t bytes = 0;
    uint64_t hits = 0;
    uint64_t misses = 0;
  };
  static constexpr size_t kShards = 8;

  Shard& ShardOf(std::string_view location);
  void Remove(Shard& shard, std::list<MetadataEntryPtr>::iterator place);
  /// Drops the least recently used of `shard`, but not its `kept` newest, while all shards together
  /// are over the budget.
  void Shed(Shard& shard, size_t kept);

  const size_t max_bytes_;
  std::atomic<size_t> total_bytes_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace firn::service
