// Every kind of maintenance on tables with real rows, in random order among random changes: the
// rows that a scan reads are the same before and after, dry runs foretold what came, and at the end
// nothing is stored that no snapshot names.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/compact/compaction.h"
#include "table/compact/testing/compacted_table.h"
#include "table/maintain/dangling_deletes.h"
#include "table/maintain/manifest_rewrite.h"
#include "table/maintain/metadata_cleanup.h"
#include "table/maintain/orphan_files.h"
#include "table/maintain/snapshot_expiry.h"

namespace firn::table {
namespace {

using firn::testing::IsOk;
using testing::CompactedTable;

constexpr TimestampMs kFarAhead{4'000'000'000'000};

class Upkeep {
 public:
  Upkeep(int version, uint32_t seed) : version_(version), table_(version), random_(seed) {}

  void Run() {
    table_.Append(0, 250);
    for (int step = 0; step < 30 && !::testing::Test::HasFailure(); ++step) {
      Change();
      const std::vector<std::string> rows = table_.Rows();
      Maintain(Dice(6));
      table_.Reload();
      EXPECT_EQ(table_.Rows(), rows);
    }
    Maintain(2);
    Maintain(3);
    EXPECT_EQ(table_.StoredData(), table_.NamedData());
    EXPECT_THAT(table_.Newest().metadata->snapshots, ::testing::SizeIs(1));
    EXPECT_GT(known_, 0);
  }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void Change() {
    const int64_t id = Dice(300);
    switch (Dice(version_ > 1 ? 5 : 3)) {
      case 0:
      case 1:
        table_.Append(id, 1 + Dice(40));
        break;
      case 2:
        table_.Delete("id >= " + std::to_string(id) + " and id < " + std::to_string(id + 15));
        break;
      case 3:
        table_.DeleteEqual({id, id + 1}, static_cast<int32_t>(id / 100));
        break;
      default:
        table_.Delete("id = " + std::to_string(id));
        break;
    }
  }

  static void ExpectSame(const TableFootprint& a, const TableFootprint& b) {
    EXPECT_EQ(a.snapshots, b.snapshots);
    EXPECT_EQ(a.manifests, b.manifests);
    EXPECT_EQ(a.data_files, b.data_files);
    EXPECT_EQ(a.delete_files, b.delete_files);
    EXPECT_EQ(a.delete_bytes, b.delete_bytes);
  }

  void CompactAsForetold(const MaintenanceContext& context) {
    CompactionOptions options{.min_input_files = 2,
                              .dangling = static_cast<DanglingDeletes>(Dice(2)),
                              .max_commits = 1 + Dice(2)};
    const CompactionContext all{context, table_.context};
    ASSERT_OK_AND_ASSIGN(CompactionReport dry, Compact(all, table_.table, options));
    options.mode = RunMode::kRun;
    ASSERT_OK_AND_ASSIGN(CompactionReport done, Compact(all, table_.table, options));
    EXPECT_EQ(dry.groups, done.groups);
    EXPECT_EQ(dry.rewritten_files, done.rewritten_files);
    EXPECT_EQ(dry.rewritten_bytes, done.rewritten_bytes);
    EXPECT_EQ(dry.applied_deletes, done.applied_deletes);
    EXPECT_EQ(dry.commits, done.commits);
    EXPECT_EQ(dry.dangling_deletes, done.dangling_deletes);
    EXPECT_EQ(dry.table.metadata, table_.table.metadata);
    known_ += dry.files_known ? 1 : 0;
    if (dry.files_known && dry.manifests_known) {
      EXPECT_EQ(dry.added_files, done.added_files);
      ExpectSame(dry.after, done.after);
    }
  }

  void RewriteManifestsAsForetold(const MaintenanceContext& context) {
    const auto choice = static_cast<ManifestChoice>(Dice(2));
    ASSERT_OK_AND_ASSIGN(ManifestRewriteReport dry,
                         RewriteManifests(context, table_.table, {.choice = choice}));
    ASSERT_OK_AND_ASSIGN(
        ManifestRewriteReport done,
        RewriteManifests(context, table_.table, {.mode = RunMode::kRun, .choice = choice}));
    EXPECT_EQ(dry.replaced, done.replaced);
    EXPECT_EQ(dry.created, done.created);
    EXPECT_EQ(dry.entries, done.entries);
    EXPECT_EQ(dry.after.manifest_bytes, done.after.manifest_bytes);
    EXPECT_EQ(dry.after.data_bytes, done.after.data_bytes);
    ExpectSame(dry.after, done.after);
  }

  void Maintain(int which) {
    SCOPED_TRACE("maintenance " + std::to_string(which));
    const MaintenanceContext context = table_.Maintenance();
    switch (which) {
      case 0:
        CompactAsForetold(context);
        break;
      case 1:
        RewriteManifestsAsForetold(context);
        break;
      case 2:
        EXPECT_THAT(
            ExpireSnapshots(context, table_.table,
                            {.mode = RunMode::kRun, .retention = {.older_than = kFarAhead}}),
            IsOk());
        break;
      case 3:
        ASSERT_TRUE(table_.files->Write(table_.table.metadata->location + "/data/lost.parquet", "x",
                                        storage::WriteMode::kOverwrite));
        EXPECT_THAT(
            RemoveOrphans(
                context, table_.table,
                {.mode = RunMode::kRun, .older_than = kFarAhead, .young = YoungFiles::kAllowed}),
            IsOk());
        break;
      case 4:
        EXPECT_THAT(
            CleanMetadata(
                context, table_.table,
                {.mode = RunMode::kRun, .older_than = kFarAhead, .young = YoungFiles::kAllowed}),
            IsOk());
        break;
      default:
        EXPECT_THAT(RemoveDanglingDeletes(context, table_.table, {.mode = RunMode::kRun}), IsOk());
        break;
    }
    table_.Reload();
  }

  const int version_;
  CompactedTable table_;
  std::mt19937 random_;
  /// Compactions whose files were foretold exactly.
  int known_ = 0;
};

class UpkeepTest : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Versions, UpkeepTest, ::testing::Values(1, 2, 3));

TEST_P(UpkeepTest, RowsStayTheSame) {
  for (uint32_t seed = 1; seed <= 5 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Upkeep(GetParam(), seed).Run();
  }
}

}  // namespace
}  // namespace firn::table
