// FeatureTable: a table in memory with real data files whose rows are written as JSON, for tests of
// the feature rooms. What cannot be made aborts the test program: it is the test's own mistake.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "base/clock.h"
#include "storage/memory_object_store.h"
#include "table/commit/commit_tools.h"
#include "table/evolve/schema_change.h"
#include "table/scan/table_scan.h"
#include "table/testing/memory_table_store.h"
#include "table/write/row_removal.h"

namespace firn::features::testing {

/// `rows`: a JSON array of objects.
std::shared_ptr<arrow::RecordBatch> BatchOfJson(const arrow::FieldVector& fields,
                                                const std::string& rows);
/// In chunks of at most so many rows.
std::shared_ptr<arrow::Table> TableOfJson(const arrow::FieldVector& fields,
                                          const std::string& rows,
                                          int64_t chunk_rows = 1 << 20);

struct FeatureTableShape {
  /// The inside of an Iceberg schema's field array.
  std::string fields;
  /// The inside of a partition spec's field array.
  std::string partition_fields;
  int version = 2;
  /// Of a row group of an unpartitioned table, at most.
  int64_t row_group_rows = 1 << 20;
};

class FeatureTable {
 public:
  explicit FeatureTable(const FeatureTableShape& shape);

  /// One snapshot.
  void Append(const std::string& rows);
  /// Rows that the filter, in text form, keeps leave.
  void Delete(std::string_view filter, std::optional<table::RowDeletionMode> mode = std::nullopt);
  /// An equality delete of those columns, for all files of a table without partitions.
  void DeleteEqual(const std::vector<std::string>& columns, const std::string& rows);
  void Evolve(const std::vector<table::SchemaStep>& steps);
  arrow::FieldVector fields() const;
  /// Every row of a scan.
  std::shared_ptr<arrow::Table> Rows(const std::vector<std::string>& columns);

  SystemClock clock;
  ThreadPool pool{2};
  std::shared_ptr<storage::InMemoryObjectStore> files;
  table::testing::MemoryTableStore catalog;
  table::CommitTools tools = table::SystemCommitTools(clock, pool);
  table::ManifestCache manifests{64 << 20};
  table::ScanContext context{.manifests = manifests, .pool = pool, .read = {.batch_rows = 8}};
  table::Table table;

 private:
  const int64_t row_group_rows_;
};

}  // namespace firn::features::testing
