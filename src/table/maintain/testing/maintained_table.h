// MaintainedTable: a table whose data and delete files are there, as far as a store can tell, for
// tests of maintenance; and what its snapshots name, counted without the code under test. What
// cannot be done aborts the test program: it is the test's own mistake.
//
// Thread-safety: one thread, but for the stores.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "table/commit/testing/commit_fixture.h"
#include "table/maintain/maintenance.h"

namespace firn::table::testing {

class MaintainedTable : public CommitFixture {
 public:
  explicit MaintainedTable(iceberg::FormatVersion version = 2, uint32_t seed = 1)
      : CommitFixture(version, seed) {}

  MaintenanceContext Context() {
    return {.catalog = store, .tools = tools, .progress = {}, .may_go_on = {}};
  }

  /// Stores the files and commits them, a minute after the last commit.
  iceberg::SnapshotId MustCommit(SnapshotChange change);
  /// One data file.
  iceberg::SnapshotId AddData(std::string_view name, int32_t bucket = 0);
  iceberg::SnapshotId RemoveData(std::string_view name, int32_t bucket = 0);
  void MustUpdate(std::vector<iceberg::TableUpdate> updates);
  /// Makes or moves a ref; main too.
  void SetRef(std::string_view name, iceberg::SnapshotRef ref);
  /// A statistics file of the snapshot.
  void AddStatistics(std::string_view name, iceberg::SnapshotId snapshot);

  void StoreFile(std::string_view location);
  bool IsStored(std::string_view location);
  /// Every file that the snapshots of the table name, live ones alone, and statistics.
  std::set<std::string> Named();
  std::set<std::string> Stored();
  /// Live data files of the head, with the age of their rows.
  std::map<std::string, int64_t> Head();
};

/// `name` below the table's data folder.
std::string DataPath(std::string_view name);

}  // namespace firn::table::testing
