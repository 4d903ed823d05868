#include "table/maintain/orphan_files.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "table/commit/operations.h"
#include "table/maintain/snapshot_expiry.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using storage::testing::FaultPlan;
using testing::DataPath;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MaintainedTable;
using ::testing::UnorderedElementsAre;

constexpr std::chrono::hours kFourDays{96};
const std::string kTable = "s3://warehouse/test/";

class OrphanFilesTest : public ::testing::Test {
 protected:
  Result<OrphanReport> Remove(const OrphanOptions& options) {
    MaintenanceContext context = table_.Context();
    return RemoveOrphans(context, table_.Load(), options);
  }
  Result<OrphanReport> Run() { return Remove({.mode = RunMode::kRun}); }

  /// Two snapshots, and files of a writer that crashed four days ago.
  void Fill() {
    table_.AddData("a");
    table_.AddData("b");
    for (const char* orphan :
         {"data/lost.parquet", "data/p=1/lost.parquet", "metadata/lost-m0.avro",
          "metadata/snap-1-1-lost.avro", "metadata/00007-lost.metadata.json", "data/lost.puffin"}) {
      table_.StoreFile(kTable + orphan);
    }
    table_.clock.Advance(kFourDays);
  }

  MaintainedTable table_{2};
};

TEST_F(OrphanFilesTest, WhatNothingNamesGoes) {
  Fill();
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_EQ(table_.Stored(), table_.Named());
  EXPECT_EQ(report.deleted.files(), 6);
  EXPECT_EQ(report.deleted.data_files, 2);
  EXPECT_EQ(report.deleted.manifests, 1);
  EXPECT_EQ(report.deleted.manifest_lists, 1);
  EXPECT_EQ(report.deleted.metadata_files, 1);
  EXPECT_EQ(report.deleted.bytes, 6);
  EXPECT_EQ(report.files_before - 6, report.files_after);
  EXPECT_EQ(report.orphans.size(), 6U);
  ASSERT_OK_AND_ASSIGN(report, Run());
  EXPECT_EQ(report.deleted.files(), 0);
}

TEST_F(OrphanFilesTest, ADryRunSaysTheSameAndChangesNothing) {
  Fill();
  auto stored = table_.Stored();
  ASSERT_OK_AND_ASSIGN(OrphanReport dry, Remove({}));
  EXPECT_EQ(table_.Stored(), stored);
  ASSERT_OK_AND_ASSIGN(OrphanReport run, Run());
  EXPECT_EQ(dry.orphans, run.orphans);
  EXPECT_EQ(dry.deleted.bytes, run.deleted.bytes);
  EXPECT_EQ(dry.files_after, run.files_after);
}

TEST_F(OrphanFilesTest, YoungFilesStay) {
  table_.AddData("a");
  table_.StoreFile(kTable + "data/young.parquet");
  table_.clock.Advance(std::chrono::hours(71));
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_EQ(report.young, 1);
  EXPECT_THAT(report.orphans, IsEmpty());
  table_.clock.Advance(std::chrono::hours(2));
  ASSERT_OK_AND_ASSIGN(report, Run());
  EXPECT_EQ(report.young, 0);
  EXPECT_EQ(report.deleted.files(), 1);
}

TEST_F(OrphanFilesTest, LessThanADayIsRefusedUnlessForced) {
  table_.AddData("a");
  table_.StoreFile(kTable + "data/young.parquet");
  table_.clock.Advance(std::chrono::hours(1));
  OrphanOptions options{.mode = RunMode::kRun, .older_than = table_.clock.Now()};
  EXPECT_THAT(Remove(options), IsError(ErrorCode::kInvalidArgument));
  options.mode = RunMode::kDryRun;
  EXPECT_THAT(Remove(options), IsError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(table_.IsStored(kTable + "data/young.parquet"));
  options.mode = RunMode::kRun;
  options.young = YoungFiles::kAllowed;
  ASSERT_THAT(Remove(options), IsOk());
  EXPECT_FALSE(table_.IsStored(kTable + "data/young.parquet"));
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_F(OrphanFilesTest, FilesOfEverySnapshotStay) {
  Fill();
  table_.AddStatistics("x.stats", table_.Load().metadata->current_snapshot()->id);
  table_.RemoveData("a");
  table_.AddData("c");
  table_.clock.Advance(kFourDays);
  ASSERT_THAT(Run(), IsOk());
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
  EXPECT_TRUE(table_.IsStored(kTable + "metadata/x.stats"));
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_F(OrphanFilesTest, WhatIsRememberedAsDeletedStays) {
  table_.MustCommit(
      Append({MaintainedTable::Data("a"), MaintainedTable::Data("b")}, ManifestMerging::kNever));
  table_.RemoveData("a");
  MaintenanceContext context = table_.Context();
  ASSERT_THAT(ExpireSnapshots(context, table_.Load(),
                              {.mode = RunMode::kRun,
                               .retention = {.older_than = table_.clock.Now()},
                               .cleanup = FileCleanup::kKeep}),
              IsOk());
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
  EXPECT_EQ(report.deleted.data_files, 0);
  EXPECT_EQ(report.deleted.manifest_lists, 1) << "of the snapshot that expired";
}

TEST_F(OrphanFilesTest, OtherSpellingsAreNoOrphans) {
  AddedFile same = MaintainedTable::Data("same");
  same.file.path = "s3n://warehouse/test/data/same";
  AddedFile copied = MaintainedTable::Data("copied");
  copied.file.path = "gs://before/test/data/copied";
  table_.MustCommit(Append({same, copied}, ManifestMerging::kNever));
  table_.StoreFile(DataPath("copied"));
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_EQ(report.deleted.files(), 0);
  EXPECT_EQ(report.other_prefix, 1);
  EXPECT_THAT(report.other_prefix_files, ElementsAre(DataPath("copied")));
  EXPECT_TRUE(table_.IsStored(DataPath("same")));
  EXPECT_TRUE(table_.IsStored(DataPath("copied")));
  ASSERT_OK_AND_ASSIGN(report,
                       Remove({.mode = RunMode::kRun, .other_prefix = OtherPrefix::kDelete}));
  EXPECT_TRUE(table_.IsStored(DataPath("same")));
  EXPECT_FALSE(table_.IsStored(DataPath("copied")));
}

TEST_F(OrphanFilesTest, HiddenFoldersAndTheVersionHintStay) {
  table_.AddData("a");
  for (const char* file : {"_delta_log/0.json", "data/.tmp/x.parquet", "metadata/version-hint.text",
                           "data/_p=1/x.parquet"}) {
    table_.StoreFile(kTable + file);
  }
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_THAT(report.orphans, ElementsAre(kTable + "data/_p=1/x.parquet"));
}

TEST_F(OrphanFilesTest, AnotherTableInTheFoldersRefuses) {
  Fill();
  table_.StoreFile(kTable + "inner/metadata/00000-x.metadata.json");
  table_.clock.Advance(kFourDays);
  auto stored = table_.Stored();
  EXPECT_THAT(Run(), IsError(ErrorCode::kConflict));
  EXPECT_EQ(table_.Stored(), stored);
  // The table's own, from when its metadata lay elsewhere, does not.
  ASSERT_THAT(table_.memory.Write(kTable + "inner/metadata/00000-x.metadata.json",
                                  iceberg::PrintTableMetadata(*table_.Load().metadata),
                                  storage::WriteMode::kOverwrite),
              IsOk());
  table_.clock.Advance(kFourDays);
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_F(OrphanFilesTest, FoldersOutsideAreSearchedWhereAsked) {
  Fill();
  table_.SetProperties({{"write.data.path", "s3://warehouse/shared/"},
                        {"write.metadata.path", kTable + "metadata"}});
  table_.StoreFile("s3://warehouse/shared/of-another.parquet");
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_THAT(report.folders, ElementsAre("s3://warehouse/test"));
  EXPECT_THAT(report.outside_folders, ElementsAre("s3://warehouse/shared"));
  EXPECT_TRUE(table_.IsStored("s3://warehouse/shared/of-another.parquet"));
  ASSERT_THAT(Remove({.mode = RunMode::kRun, .outside = OutsideFolders::kSearch}), IsOk());
  EXPECT_FALSE(table_.IsStored("s3://warehouse/shared/of-another.parquet"));
}

TEST_F(OrphanFilesTest, FoldersThatSpreadFilesAreSearched) {
  Fill();
  table_.SetProperties({{"write.object-storage.enabled", "true"},
                        {"write.object-storage.path", "s3://warehouse/spread"}});
  const std::string spread = "0101/0110/1001/10110010/";
  const std::string inside = kTable + "data/" + spread + "lost.parquet";
  const std::string outside = "s3://warehouse/spread/" + spread + "db/t/lost.parquet";
  table_.StoreFile(inside);
  table_.StoreFile(outside);
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(OrphanReport report, Run());
  EXPECT_FALSE(table_.IsStored(inside));
  EXPECT_TRUE(table_.IsStored(outside));
  EXPECT_THAT(report.outside_folders, ElementsAre("s3://warehouse/spread"));
  ASSERT_THAT(Remove({.mode = RunMode::kRun, .outside = OutsideFolders::kSearch}), IsOk());
  EXPECT_FALSE(table_.IsStored(outside));
}

TEST_F(OrphanFilesTest, RefusedWhereFilesMayBeOfOthers) {
  Fill();
  table_.SetProperties({{"gc.enabled", "false"}});
  EXPECT_THAT(Run(), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(OrphanFilesTest, LostMetadataDeletesNothing) {
  Fill();
  ASSERT_THAT(table_.memory.Delete(table_.Load().metadata->current_snapshot()->manifest_list),
              IsOk());
  auto stored = table_.Stored();
  EXPECT_THAT(Run(), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(table_.Stored(), stored);
}

TEST_F(OrphanFilesTest, WhatIsCommittedBeforeABatchStays) {
  Fill();
  MaintenanceContext context = table_.Context();
  int asked = 0;
  context.may_go_on = [&]() -> Status {
    if (++asked == 1) {
      AddedFile found = MaintainedTable::Data("lost.parquet");
      table_.MustCommit(Append({found}, ManifestMerging::kNever));
    }
    return {};
  };
  ASSERT_OK_AND_ASSIGN(OrphanReport report,
                       RemoveOrphans(context, table_.Load(), {.mode = RunMode::kRun}));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(report.deleted.files(), 5);
  EXPECT_TRUE(table_.IsStored(DataPath("lost.parquet")));
  EXPECT_EQ(table_.Stored(), table_.Named());
}

TEST_F(OrphanFilesTest, WhatWasNotListedBeforeTheMetadataWasReadStays) {
  Fill();
  MaintenanceContext context = table_.Context();
  bool stored = false;
  context.progress = [&](const MaintenanceProgress& progress) {
    if (progress.phase == MaintenancePhase::kReading && !stored) {
      // With the age of a file that was moved here.
      stored = true;
      table_.clock.Advance(-kFourDays);
      table_.StoreFile(kTable + "data/moved.parquet");
      table_.clock.Advance(kFourDays);
    }
  };
  ASSERT_OK_AND_ASSIGN(OrphanReport report,
                       RemoveOrphans(context, table_.Load(), {.mode = RunMode::kRun}));
  ASSERT_TRUE(stored);
  EXPECT_EQ(report.deleted.files(), 6);
  EXPECT_TRUE(table_.IsStored(kTable + "data/moved.parquet"));
}

/// False once the fault did not fire.
bool RunWithFault(const FaultPlan& plan) {
  SCOPED_TRACE("call " + std::to_string(plan.call));
  MaintainedTable table(2);
  table.AddData("a");
  table.AddData("b");
  table.RemoveData("a");
  table.StoreFile(kTable + "data/lost.parquet");
  table.StoreFile(kTable + "metadata/lost-m0.avro");
  table.clock.Advance(kFourDays);
  MaintenanceContext context = table.Context();
  table.files->Arm(plan);
  auto report = RemoveOrphans(context, table.Load(), {.mode = RunMode::kRun});
  bool fired = table.files->calls() >= plan.call;
  table.files->Arm({});
  std::set<std::string> stored = table.Stored();
  for (const std::string& file : table.Named()) {
    EXPECT_TRUE(stored.contains(file)) << file;
  }
  if (report.has_value() && report->deleted.failed == 0 && !report->deleted.stopped_by) {
    EXPECT_EQ(stored, table.Named());
  }
  return fired;
}

TEST(OrphanFaultsTest, EachCallFails) {
  for (FaultPlan kind :
       {FaultPlan{}, FaultPlan{.applied = true}, FaultPlan{.from_then_on = true}}) {
    int64_t call = 1;
    do {
      kind.call = call++;
    } while (RunWithFault(kind) && !::testing::Test::HasFailure());
    EXPECT_GT(call, 8);
  }
}

}  // namespace
}  // namespace firn::table
