// Session: an open catalog, and what everything that works on its tables shares: threads, the cache
// of manifests, the clock, what commits take. The contexts that it gives name these.
//
//   Session session(std::move(catalog), {});
//   ASSIGN_OR_RETURN(table::Table table, session.catalog().Load(identifier));
//   ASSIGN_OR_RETURN(auto scan, table::TableScan::Open(session.scan_context(), table, request));
//
// Memory: manifests up to SessionOptions::manifest_bytes. Thread-safety: any thread. Outlives what
// works with its contexts.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "catalog/catalog.h"
#include "table/commit/commit_tools.h"
#include "table/plan/manifest_cache.h"
#include "table/scan/table_scan.h"

namespace firn::catalog {

struct SessionOptions {
  /// For requests to the store, of which more than one a core wait.
  size_t threads = 32;
  /// Decoded manifests that are kept.
  size_t manifest_bytes = size_t{256} << 20;
};

class Session {
 public:
  Session(std::unique_ptr<Catalog> catalog, const SessionOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Catalog& catalog() { return *catalog_; }
  const Clock& clock() const { return clock_; }
  ThreadPool& pool() { return pool_; }
  table::ManifestCache& manifests() { return manifests_; }
  /// Snapshots say that Firn wrote them.
  const table::CommitTools& tools() const { return tools_; }
  /// As many files are read at a time as there are cores.
  table::ScanContext scan_context();

 private:
  std::unique_ptr<Catalog> catalog_;
  SystemClock clock_;
  table::ManifestCache manifests_;
  ThreadPool pool_;
  table::CommitTools tools_;
};

}  // namespace firn::catalog
