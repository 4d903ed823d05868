// CompactedTable: a table with real data files (write/testing), for tests of compaction: its rows
// with all that they carry, read by a scan; deletes of every kind; files stored against files
// named. What cannot be done aborts the test program: it is the test's own mistake.
//
// Thread-safety: one thread, but for the stores.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/expression/expression_text.h"
#include "storage/testing/faulty_object_store.h"
#include "table/compact/compaction.h"
#include "table/maintain/maintenance.h"
#include "table/write/row_deletion.h"
#include "table/write/testing/written_table.h"

namespace firn::table::testing {

class CompactedTable : public WrittenTable {
 public:
  explicit CompactedTable(iceberg::FormatVersion version);

  MaintenanceContext Maintenance() {
    return {.catalog = catalog, .tools = tools, .progress = {}, .may_go_on = {}};
  }
  /// Of the table as `table` knows it; `table` is the newest afterwards.
  Result<CompactionReport> TryCompact(const CompactionOptions& options);
  CompactionReport MustCompact(CompactionOptions options = {});

  /// `id|part|name` of every row, from version 3 on with row id and last update, sorted.
  std::vector<std::string> Rows();
  /// Rows `id` alone, in the order of the scan.
  std::vector<int64_t> IdsInOrder();

  /// Whole files go, rows of others are marked (copied in version 1).
  void Delete(std::string_view filter);
  /// An equality delete by id in a partition of the default spec, whose one field is `field`.
  void DeleteEqual(const std::vector<int64_t>& ids,
                   int32_t part,
                   iceberg::FieldId field = iceberg::FieldId(1000));
  /// A position delete file of the whole partition, naming every data file in it. Version 2.
  void DeletePositions(const std::vector<int64_t>& ids, int32_t part);

  void MustUpdate(std::vector<iceberg::TableUpdate> updates);
  void Reload();
  /// Another handle's view of the same table.
  Table Newest();

  struct DataFileOf {
    std::string path;
    int64_t rows = 0;
    int64_t bytes = 0;
    iceberg::SpecId spec_id;
    int64_t age = 0;
    std::optional<int64_t> sort_order_id;
  };
  /// Live data files of the head, in the order of its manifests.
  std::vector<DataFileOf> HeadFiles();
  int64_t HeadDeletes();

  /// Data and delete files in the store, and those that snapshots name.
  std::set<std::string> StoredData();
  std::set<std::string> NamedData();

  /// Between the table and its files.
  std::shared_ptr<storage::testing::FaultyObjectStore> faulty;
};

}  // namespace firn::table::testing
