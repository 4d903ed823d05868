// OpenedTable: a table of a catalog, and what reading and changing it takes, as a program that
// embeds Firn has them. Errors: those of the catalog. Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "catalog/catalog.h"
#include "table/commit/commit_tools.h"
#include "table/plan/manifest_cache.h"
#include "table/scan/table_scan.h"

namespace firn::bench {

/// With this process's environment.
Result<std::unique_ptr<catalog::Catalog>> OpenCatalog(const std::string& uri);

class OpenedTable {
 public:
  /// `name` is `namespace.table`; files are read by `readers` threads.
  static Result<std::unique_ptr<OpenedTable>> Open(const std::string& catalog_uri,
                                                   const std::string& name,
                                                   size_t readers);

  catalog::Catalog& catalog() { return *catalog_; }
  const table::Table& table() const { return table_; }
  const table::CommitTools& tools() const { return tools_; }
  const table::ScanContext& scan() const { return scan_; }

 private:
  OpenedTable(std::unique_ptr<catalog::Catalog> catalog, table::Table table, size_t readers);

  std::unique_ptr<catalog::Catalog> catalog_;
  table::Table table_;
  SystemClock clock_;
  /// Keeps nothing: every scan plans anew.
  table::ManifestCache manifests_;
  ThreadPool pool_;
  table::CommitTools tools_;
  table::ScanContext scan_;
};

}  // namespace firn::bench
