// WrittenTable: a table in memory with real data files, for tests of reading and writing. Columns:
// 1 id long, 2 part int, 3 name string; partitioned by identity(part). Row `id` is in part id / 100
// and named n0, n1 or n2. What cannot be made aborts the test program: it is the test's own
// mistake.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/record_batch.h>

#include "base/clock.h"
#include "storage/memory_object_store.h"
#include "table/commit/commit_tools.h"
#include "table/scan/table_scan.h"
#include "table/testing/memory_table_store.h"
#include "table/write/change_context.h"
#include "table/write/table_writer.h"

namespace firn::table::testing {

/// `rows` numbers from `begin` on.
std::vector<int64_t> Range(int64_t begin, int64_t rows);

class WrittenTable {
 public:
  explicit WrittenTable(iceberg::FormatVersion version = 2);

  /// The rows from `begin` on, without field ids.
  static std::shared_ptr<arrow::RecordBatch> Rows(int64_t begin, int64_t rows);

  ChangeContext Changes() { return {catalog, context, tools}; }
  std::unique_ptr<TableWriter> Writer(TableWriteOptions options = {});
  /// A writer that holds the rows already.
  std::unique_ptr<TableWriter> WriterOf(int64_t begin, int64_t rows);
  /// One snapshot; a file for each part.
  iceberg::SnapshotId Append(int64_t begin, int64_t rows);
  iceberg::SnapshotId Commit(SnapshotChange change);

  Result<std::unique_ptr<TableScan>> Open(const TableScanRequest& request);
  /// Column 0, longs, of all batches that are left, in order.
  static Result<std::vector<int64_t>> Drain(TableScan& scan);
  /// The ids that a scan gives, in its order.
  Result<std::vector<int64_t>> Ids(TableScanRequest request = {});
  Result<std::vector<int64_t>> SortedIds(TableScanRequest request = {});

  /// Locations below the table's data folder, in order.
  std::vector<std::string> DataFiles();

  // What the parts work with; tests change them.
  SystemClock clock;
  ThreadPool pool{2};
  std::shared_ptr<storage::InMemoryObjectStore> files;
  MemoryTableStore catalog;
  CommitTools tools = SystemCommitTools(clock, pool);
  ManifestCache manifests{64 << 20};
  ScanContext context{.manifests = manifests, .pool = pool, .read = {.batch_rows = 16}};
  Table table;
};

}  // namespace firn::table::testing
