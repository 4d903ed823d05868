#include "server/rest/names_cache.h"

#include <utility>

namespace firn::rest {

NamesCache::Shard& NamesCache::ShardOf(std::string_view target) {
  return shards_[std::hash<std::string_view>{}(target) % kShards];
}

http::Body NamesCache::Find(const Key& key, uint64_t generation) {
  Shard& shard = ShardOf(key.target);
  std::lock_guard lock(shard.mutex);
  auto found = shard.answers.find(key.target);
  if (found == shard.answers.end() || found->second.warehouse != key.warehouse ||
      found->second.generation != generation) {
    return nullptr;
  }
  return found->second.body;
}

void NamesCache::Put(const Key& key, uint64_t generation, http::Body body) {
  if (body->size() > kMaxBodyBytes) {
    return;
  }
  Shard& shard = ShardOf(key.target);
  std::lock_guard lock(shard.mutex);
  size_t bytes = key.target.size() + body->size();
  if (shard.bytes + bytes > kMaxShardBytes) {
    shard.answers.clear();
    shard.bytes = 0;
  }
  auto [place, is_new] = shard.answers.try_emplace(std::string(key.target));
  shard.bytes += is_new ? bytes : body->size() - place->second.body->size();
  place->second = {key.warehouse, generation, std::move(body)};
}

}  // namespace firn::rest
