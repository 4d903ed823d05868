// TableCache: the tables that a REST catalog gave, with the tags by which it says that they are as
// they were (`ETag`, `If-None-Match`). Bounded; the one used longest ago goes first.
//
// It never answers by itself: what it holds is used only where the catalog answered 304. Tables
// whose credentials have a time are not offered when it is nearly over, and not at all where it is
// unknown.
// Thread-safety: any thread.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "table/table_store.h"

namespace firn::catalog::rest {

struct CachedTable {
  std::string etag;
  table::Table table;
};

class TableCache {
 public:
  static constexpr size_t kMaxTables = 256;
  /// Bytes of the answers that the tables came in.
  static constexpr size_t kMaxBytes = size_t{64} << 20;
  /// Credentials that end within this are not offered again.
  static constexpr int64_t kMarginMs = 120'000;

  std::optional<CachedTable> Find(const TableIdentifier& identifier, TimestampMs now);
  /// `answer_bytes`: of the answer that the table came in.
  void Insert(CachedTable table, size_t answer_bytes);
  void Erase(const TableIdentifier& identifier);

 private:
  struct Entry {
    CachedTable cached;
    size_t bytes = 0;
    /// nullopt: never.
    std::optional<TimestampMs> expires;
  };
  using Entries = std::list<Entry>;

  void EraseLocked(const TableIdentifier& identifier);

  std::mutex mutex_;
  /// The one used last at the front.
  Entries entries_;
  std::map<TableIdentifier, Entries::iterator> index_;
  size_t bytes_ = 0;
};

}  // namespace firn::catalog::rest
