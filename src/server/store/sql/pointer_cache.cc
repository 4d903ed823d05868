#include "server/store/sql/pointer_cache.h"

#include <functional>
#include <string_view>

namespace firn::store::sql {
namespace {

void Mix(size_t& hash, size_t value) {
  // The multiplier of splitmix64: spreads into the high bits, which choose the shard.
  hash = (hash ^ value) * 0xbf58476d1ce4e5b9U;
  hash ^= hash >> 31;
}

size_t SizeOf(const TableIdentifier& identifier) {
  size_t bytes = identifier.name.capacity();
  for (const std::string& level : identifier.name_space.levels) {
    bytes += sizeof(std::string) + level.capacity();
  }
  return bytes;
}

size_t SizeOf(const ObjectRecord& object) {
  return sizeof object + object.name.capacity() + object.pointer.metadata_location.capacity() +
         object.pointer.location.capacity() + object.pointer.uuid.capacity();
}

}  // namespace

size_t PointerCache::Hash(const Key& key) {
  std::hash<std::string_view> hash_text;
  size_t hash = static_cast<size_t>(key.warehouse.value()) * 2 + static_cast<size_t>(key.kind);
  for (const std::string& level : key.identifier.name_space.levels) {
    Mix(hash, hash_text(level));
  }
  Mix(hash, hash_text(key.identifier.name));
  return hash;
}

bool PointerCache::Matches(const Entry& entry, size_t hash, const Key& key) {
  return entry.hash == hash && entry.warehouse == key.warehouse && entry.kind == key.kind &&
         entry.identifier == key.identifier;
}

PointerCache::Entries::iterator PointerCache::FindEntry(Shard& shard, size_t hash, const Key& key) {
  auto [begin, end] = shard.by_hash.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (Matches(*it->second, hash, key)) {
      return it->second;
    }
  }
  return shard.entries.end();
}

ObjectRef PointerCache::Find(const Key& key) {
  size_t hash = Hash(key);
  Shard& shard = ShardOf(hash);
  std::scoped_lock lock(shard.mutex);
  auto entry = FindEntry(shard, hash, key);
  if (entry == shard.entries.end()) {
    return nullptr;
  }
  ++shard.stats.hits;
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->object;
}

PointerCache::Stats PointerCache::stats() const {
  Stats sum;
  for (const Shard& shard : shards_) {
    std::scoped_lock lock(shard.mutex);
    sum.hits += shard.stats.hits;
    sum.misses += shard.stats.misses;
  }
  return sum;
}

PointerCache::Ticket PointerCache::Begin(const Key& key) {
  Shard& shard = ShardOf(Hash(key));
  std::scoped_lock lock(shard.mutex);
  ++shard.stats.misses;
  return {shard.generation};
}

void PointerCache::Install(const Key& key, const Ticket& ticket, const ObjectRef& object) {
  size_t hash = Hash(key);
  Shard& shard = ShardOf(hash);
  std::scoped_lock lock(shard.mutex);
  if (shard.generation == ticket.generation) {
    Put(shard, hash, key, object);
  }
}

void PointerCache::Apply(std::span<const PointerChange> changes) {
  for (const PointerChange& change : changes) {
    Key key{change.warehouse, change.identifier, change.kind};
    size_t hash = Hash(key);
    Shard& shard = ShardOf(hash);
    std::scoped_lock lock(shard.mutex);
    ++shard.generation;
    Put(shard, hash, key, change.object);
  }
}

void PointerCache::Forget(std::span<const PointerChange> changes) {
  for (const PointerChange& change : changes) {
    Key key{change.warehouse, change.identifier, change.kind};
    size_t hash = Hash(key);
    Shard& shard = ShardOf(hash);
    std::scoped_lock lock(shard.mutex);
    ++shard.generation;
    Put(shard, hash, key, nullptr);
  }
}

void PointerCache::Put(Shard& shard, size_t hash, const Key& key, const ObjectRef& object) {
  if (auto old = FindEntry(shard, hash, key); old != shard.entries.end()) {
    Erase(shard, old);
  }
  if (object == nullptr) {
    return;
  }
  shard.entries.push_front({.hash = hash,
                            .warehouse = key.warehouse,
                            .identifier = key.identifier,
                            .kind = key.kind,
                            .object = object,
                            .bytes = 0});
  Entry& entry = shard.entries.front();
  // List and hash nodes: about eight words.
  entry.bytes = sizeof entry + 8 * sizeof(void*) + SizeOf(entry.identifier) + SizeOf(*object);
  shard.by_hash.emplace(hash, shard.entries.begin());
  shard.bytes += entry.bytes;
  while (shard.bytes > max_shard_bytes_) {
    Erase(shard, std::prev(shard.entries.end()));
  }
}

void PointerCache::Erase(Shard& shard, Entries::iterator entry) {
  auto [begin, end] = shard.by_hash.equal_range(entry->hash);
  for (auto it = begin; it != end; ++it) {
    if (it->second == entry) {
      shard.by_hash.erase(it);
      break;
    }
  }
  shard.bytes -= entry->bytes;
  shard.entries.erase(entry);
}

size_t PointerCache::bytes() const {
  size_t total = 0;
  for (const Shard& shard : shards_) {
    std::scoped_lock lock(shard.mutex);
    total += shard.bytes;
  }
  return total;
}

}  // namespace firn::store::sql
