#include "table/maintain/manifest_rewrite.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using storage::testing::FaultPlan;
using testing::CommitFault;
using testing::MaintainedTable;
using testing::Recount;
using ::testing::SizeIs;

Recount HeadOf(MaintainedTable& table) {
  return table.Count(*table.Load().metadata->current_snapshot());
}

/// The same files, ages and row ids.
void ExpectSameFiles(const Recount& before, const Recount& after) {
  EXPECT_EQ(before.data_files, after.data_files);
  EXPECT_EQ(before.delete_files, after.delete_files);
  EXPECT_EQ(before.sequence_numbers, after.sequence_numbers);
  EXPECT_EQ(before.first_row_ids, after.first_row_ids);
  EXPECT_EQ(before.records, after.records);
}

/// Ten commits of a file in each of four buckets, and some removed again.
void Fill(MaintainedTable& table) {
  for (int i = 0; i < 10; ++i) {
    std::vector<AddedFile> files;
    for (int bucket = 3; bucket >= 0; --bucket) {
      files.push_back(
          MaintainedTable::Data(std::to_string(bucket) + "-" + std::to_string(i), bucket));
    }
    table.MustCommit(Append(std::move(files), ManifestMerging::kNever));
  }
  table.RemoveData("2-3", 2);
  table.RemoveData("0-9", 0);
}

class ManifestRewriteTest : public ::testing::TestWithParam<int> {
 protected:
  Result<ManifestRewriteReport> Rewrite(const ManifestRewriteOptions& options) {
    MaintenanceContext context = table_.Context();
    return RewriteManifests(context, table_.Load(), options);
  }

  MaintainedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, ManifestRewriteTest, ::testing::Values(1, 2, 3));

class ManifestRewriteOfVersion2Test : public ManifestRewriteTest {};
INSTANTIATE_TEST_SUITE_P(Versions, ManifestRewriteOfVersion2Test, ::testing::Values(2));

TEST_P(ManifestRewriteTest, SmallOnesBecomeOne) {
  Fill(table_);
  Recount before = HeadOf(table_);
  ASSERT_OK_AND_ASSIGN(ManifestRewriteReport dry, Rewrite({}));
  EXPECT_EQ(HeadOf(table_).manifests, before.manifests);
  ASSERT_OK_AND_ASSIGN(ManifestRewriteReport report, Rewrite({.mode = RunMode::kRun}));
  Recount after = HeadOf(table_);
  ExpectSameFiles(before, after);
  EXPECT_EQ(report.replaced, std::ssize(before.manifests));
  EXPECT_EQ(dry.replaced, report.replaced);
  EXPECT_EQ(dry.created, report.created);
  EXPECT_EQ(dry.entries, report.entries);
  EXPECT_EQ(dry.after.manifests, report.after.manifests);
  EXPECT_EQ(dry.after.manifest_bytes, report.after.manifest_bytes);
  EXPECT_EQ(report.created, 1);
  EXPECT_EQ(report.entries, 38);
  EXPECT_EQ(report.before.manifests, std::ssize(before.manifests));
  EXPECT_EQ(report.after.manifests, 1);
  EXPECT_EQ(report.after.data_files, 38);
  EXPECT_THAT(after.manifests, SizeIs(1));
  const iceberg::Snapshot& head = *table_.Load().metadata->current_snapshot();
  EXPECT_EQ(head.operation, "replace");
  EXPECT_EQ(head.summary.Find("total-data-files"), "38");
  EXPECT_EQ(head.summary.Find("entries-processed"), "38");
  EXPECT_EQ(table_.Stored(), table_.Named());
  ASSERT_OK_AND_ASSIGN(report, Rewrite({.mode = RunMode::kRun}));
  EXPECT_EQ(report.replaced, 0);
}

TEST_P(ManifestRewriteTest, ADryRunForetellsHowMany) {
  Fill(table_);
  table_.SetProperties({{"commit.manifest.target-size-bytes", "100"}});
  const auto stored = table_.Stored();
  ASSERT_OK_AND_ASSIGN(ManifestRewriteReport dry, Rewrite({.choice = ManifestChoice::kAll}));
  EXPECT_EQ(table_.Stored(), stored);
  ASSERT_OK_AND_ASSIGN(ManifestRewriteReport report,
                       Rewrite({.mode = RunMode::kRun, .choice = ManifestChoice::kAll}));
  EXPECT_GT(report.created, 4);
  EXPECT_EQ(dry.created, report.created);
  EXPECT_EQ(dry.entries, report.entries);
  EXPECT_EQ(dry.after.manifests, report.after.manifests);
}

TEST_P(ManifestRewriteTest, PartitionsAreTogether) {
  Fill(table_);
  Recount before = HeadOf(table_);
  table_.SetProperties({{"commit.manifest.target-size-bytes", "100"}});
  ASSERT_THAT(Rewrite({.mode = RunMode::kRun, .choice = ManifestChoice::kAll}), IsOk());
  Recount after = HeadOf(table_);
  ExpectSameFiles(before, after);
  EXPECT_GT(after.manifests.size(), 4U);
  std::string last;
  for (const iceberg::ManifestFile& manifest : after.manifests) {
    ASSERT_TRUE(manifest.partitions.has_value());
    EXPECT_GE(*manifest.partitions->front().lower_bound, last);
    last = *manifest.partitions->front().upper_bound;
  }
}

TEST_P(ManifestRewriteOfVersion2Test, DeleteManifestsToo) {
  Fill(table_);
  for (int i = 0; i < 3; ++i) {
    const iceberg::SnapshotId head = *table_.Load().metadata->current_snapshot_id;
    table_.MustCommit(
        RowDelta({.added = {MaintainedTable::PositionDeletes("p" + std::to_string(i), "0-1", 0),
                            MaintainedTable::EqualityDeletes("e" + std::to_string(i), 1)},
                  .removed_data = {},
                  .removed_deletes = {}},
                 {.snapshot = head, .isolation = IsolationLevel::kSnapshot}));
  }
  Recount before = HeadOf(table_);
  ASSERT_OK_AND_ASSIGN(ManifestRewriteReport report, Rewrite({.mode = RunMode::kRun}));
  ExpectSameFiles(before, HeadOf(table_));
  EXPECT_EQ(report.created, 2);
  EXPECT_EQ(report.after.delete_files, 6);
}

TEST_P(ManifestRewriteTest, AnAppendThatComesFirstIsKept) {
  Fill(table_);
  Recount before = HeadOf(table_);
  table_.store.BeforeNextCommit([&] { table_.AddData("theirs"); });
  ASSERT_THAT(Rewrite({.mode = RunMode::kRun}), IsOk());
  Recount after = HeadOf(table_);
  EXPECT_THAT(after.manifests, SizeIs(2));
  EXPECT_EQ(after.data_files.size(), before.data_files.size() + 1);
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_P(ManifestRewriteTest, ARemovalThatComesFirstWins) {
  Fill(table_);
  table_.store.BeforeNextCommit([&] { table_.RemoveData("1-1", 1); });
  EXPECT_THAT(Rewrite({.mode = RunMode::kRun}), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(table_.Load().metadata->current_snapshot()->operation, "delete");
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_P(ManifestRewriteTest, UnknownOutcomes) {
  Fill(table_);
  Recount before = HeadOf(table_);
  table_.store.FailNext(CommitFault::kUnknownApplied);
  EXPECT_THAT(Rewrite({.mode = RunMode::kRun}), IsOk());
  ExpectSameFiles(before, HeadOf(table_));
  table_.store.FailNext(CommitFault::kUnknownLost);
  std::set<std::string> stored = table_.Stored();
  EXPECT_THAT(Rewrite({.mode = RunMode::kRun, .choice = ManifestChoice::kAll}),
              IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_GT(table_.Stored().size(), stored.size()) << "what may be committed is left";
}

/// False once the fault did not fire.
bool RunWithFault(int version, const FaultPlan& plan) {
  SCOPED_TRACE("call " + std::to_string(plan.call));
  MaintainedTable table(version);
  Fill(table);
  Recount before = HeadOf(table);
  MaintenanceContext context = table.Context();
  table.files->Arm(plan);
  auto report = RewriteManifests(context, table.Load(), {.mode = RunMode::kRun});
  bool fired = table.files->calls() >= plan.call;
  table.files->Arm({});
  ExpectSameFiles(before, HeadOf(table));
  EXPECT_TRUE(fired || report.has_value());
  if (!plan.from_then_on) {
    EXPECT_EQ(table.Stored(), table.Named());
  }
  return fired;
}

TEST_P(ManifestRewriteTest, EachCallFailsOnce) {
  for (bool applied : {false, true}) {
    int64_t call = 1;
    while (RunWithFault(GetParam(), {.call = call, .applied = applied}) && !HasFailure()) {
      ++call;
    }
    EXPECT_GT(call, 10);
  }
}

TEST_P(ManifestRewriteTest, EachCallAndAllLaterFail) {
  int64_t call = 1;
  while (RunWithFault(GetParam(), {.call = call, .from_then_on = true}) && !HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 10);
}

}  // namespace
}  // namespace firn::table
