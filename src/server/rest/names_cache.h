// NamesCache: rendered answers about namespaces and the names in them, for the I/O threads. An
// answer is kept with the store's names generation taken before it was read, and given only while
// that has not changed (server/store/catalog_store.h, NamesGeneration). Bounded: a shard that is
// full starts anew.
//
// Thread-safety: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/http/message.h"
#include "server/store/records.h"

namespace firn::rest {

class NamesCache {
 public:
  /// Answers above it are not kept.
  static constexpr size_t kMaxBodyBytes = 64 << 10;
  /// All bodies and targets of one shard.
  static constexpr size_t kMaxShardBytes = 512 << 10;

  /// What was asked: a GET's target as it was sent.
  struct Key {
    store::WarehouseId warehouse;
    std::string_view target;
  };

  /// Null where no answer of that generation is kept.
  http::Body Find(const Key& key, uint64_t generation);
  void Put(const Key& key, uint64_t generation, http::Body body);

 private:
  static constexpr size_t kShards = 8;

  struct Answer {
    store::WarehouseId warehouse;
    uint64_t generation = 0;
    http::Body body;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Answer, TextHash, std::equal_to<>> answers;
    size_t bytes = 0;
  };

  Shard& ShardOf(std::string_view target);

  std::array<Shard, kShards> shards_;
};

}  // namespace firn::rest
