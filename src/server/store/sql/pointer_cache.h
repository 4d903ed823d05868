// PointerCache: which object a name stands for, in memory, for the hot path. Holds what was read or
// written lately, up to a number of bytes; the least recently used goes first.
//
// Stays in step with the single writer: Apply is called after COMMIT returned and before the
// callers wake. A reader that misses takes a Ticket before it asks the database; Install does
// nothing if the writer changed anything in that shard since, so an old row never replaces a newer
// one. Thread-safety: any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <unordered_map>

#include "server/store/records.h"
#include "server/store/sql/session/transaction.h"

namespace firn::store::sql {

class PointerCache {
 public:
  /// What an object is looked up by. Refers to the caller's identifier.
  struct Key {
    WarehouseId warehouse;
    const TableIdentifier& identifier;
    ObjectKind kind = ObjectKind::kTable;
  };
  /// Proof of when a reader began.
  struct Ticket {
    uint64_t generation = 0;
  };

  explicit PointerCache(size_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

  /// nullptr where memory does not know. No allocation, no wait for I/O.
  ObjectRef Find(const Key& key);

  /// For who asks the database next; counts a miss.
  Ticket Begin(const Key& key);
  void Install(const Key& key, const Ticket& ticket, const ObjectRef& object);

  /// The writer's changes, in order.
  void Apply(std::span<const PointerChange> changes);
  /// Forgets what the changes name: their outcome is not known.
  void Forget(std::span<const PointerChange> changes);

  /// Counts the groups that changed namespaces or names; raised like Apply, before callers wake.
  void NamesChanged() { names_generation_.fetch_add(1); }
  uint64_t names_generation() const { return names_generation_.load(); }

  size_t bytes() const;

  struct Stats {
    uint64_t hits = 0;
    /// Tickets taken: a look-up that is made twice, without and with waiting, misses once.
    uint64_t misses = 0;
  };
  Stats stats() const;

 private:
  static constexpr size_t kShards = 16;

  struct Entry {
    size_t hash = 0;
    WarehouseId warehouse;
    TableIdentifier identifier;
    ObjectKind kind = ObjectKind::kTable;
    ObjectRef object;
    size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  struct Shard {
    mutable std::mutex mutex;
    uint64_t generation = 0;
    /// Most recently used first.
    Entries entries;
    /// By hash; the few that collide are compared.
    std::unordered_multimap<size_t, Entries::iterator> by_hash;
    size_t bytes = 0;
    Stats stats;
  };

  static size_t Hash(const Key& key);
  static bool Matches(const Entry& entry, size_t hash, const Key& key);
  static Entries::iterator FindEntry(Shard& shard, size_t hash, const Key& key);
  static void Erase(Shard& shard, Entries::iterator entry);

  Shard& ShardOf(size_t hash) { return shards_[(hash >> 32) % kShards]; }
  void Put(Shard& shard, size_t hash, const Key& key, const ObjectRef& object);

  size_t max_shard_bytes_;
  std::atomic<uint64_t> names_generation_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace firn::store::sql
