// TestCatalog: a catalog over a real SQLite database, with one warehouse, `s3://warehouse`, and the
// namespace `ns`, for tests of what works on service::Environment. What cannot be made aborts the
// test program.
//
// Thread-safety: environment() may be used by many threads; the rest by one.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "server/service/commit_counters.h"
#include "server/service/commit_locks.h"
#include "server/service/environment.h"
#include "server/service/metadata_cache.h"
#include "server/store/catalog_store.h"
#include "storage/object_store.h"

namespace firn::service::testing {

class TestCatalog {
 public:
  /// `objects` holds the tables' files and outlives the catalog.
  explicit TestCatalog(storage::ObjectStore& objects);
  ~TestCatalog();
  TestCatalog(const TestCatalog&) = delete;
  TestCatalog& operator=(const TestCatalog&) = delete;

  Environment environment() { return environment(*store_); }
  /// The same with another way to the database.
  Environment environment(store::CatalogStore& store) {
    return {store, objects_, clock_, cache_, locks_, options_, counters_};
  }

  /// What a call of `alice` on the warehouse brings along.
  CallContext& call() { return call_; }
  store::CatalogStore& store() { return *store_; }
  ManualClock& clock() { return clock_; }
  const CommitCounters& counters() const { return counters_; }

 private:
  storage::ObjectStore& objects_;
  std::filesystem::path folder_;
  ManualClock clock_{TimestampMs(1'000'000)};
  ServiceOptions options_;
  MetadataCache cache_{1 << 20};
  CommitLocks locks_;
  CommitCounters counters_;
  std::unique_ptr<store::CatalogStore> store_;
  CallContext call_;
};

}  // namespace firn::service::testing
