#include "catalog/rest/table_cache.h"

#include <charconv>
#include <utility>

namespace firn::catalog::rest {
namespace {

/// When the credentials end that the catalog sent along; nullopt: they do not. 0: nobody knows.
std::optional<TimestampMs> ExpiryOf(const iceberg::PropertyMap& config) {
  auto end = config.find("s3.session-token-expires-at-ms");
  if (end == config.end()) {
    return config.contains("s3.session-token") ? std::optional(TimestampMs(0)) : std::nullopt;
  }
  int64_t ms = 0;
  std::from_chars(end->second.data(), end->second.data() + end->second.size(), ms);
  return TimestampMs(ms);
}

}  // namespace

std::optional<CachedTable> TableCache::Find(const TableIdentifier& identifier, TimestampMs now) {
  std::scoped_lock lock(mutex_);
  auto found = index_.find(identifier);
  if (found == index_.end()) {
    return std::nullopt;
  }
  const Entry& entry = *found->second;
  if (entry.expires && entry.expires->value() - kMarginMs <= now.value()) {
    EraseLocked(identifier);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return entry.cached;
}

void TableCache::Insert(CachedTable table, size_t answer_bytes) {
  std::optional<TimestampMs> expires = ExpiryOf(table.table.config);
  std::scoped_lock lock(mutex_);
  TableIdentifier identifier = table.table.identifier;
  EraseLocked(identifier);
  if (answer_bytes > kMaxBytes) {
    return;
  }
  entries_.push_front({std::move(table), answer_bytes, expires});
  index_.emplace(std::move(identifier), entries_.begin());
  bytes_ += answer_bytes;
  while (entries_.size() > kMaxTables || bytes_ > kMaxBytes) {
    EraseLocked(TableIdentifier(entries_.back().cached.table.identifier));
  }
}

void TableCache::Erase(const TableIdentifier& identifier) {
  std::scoped_lock lock(mutex_);
  EraseLocked(identifier);
}

void TableCache::EraseLocked(const TableIdentifier& identifier) {
  auto found = index_.find(identifier);
  if (found == index_.end()) {
    return;
  }
  auto entry = found->second;
  bytes_ -= entry->bytes;
  index_.erase(found);
  entries_.erase(entry);
}

}  // namespace firn::catalog::rest
