#include "table/maintain/dangling_deletes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::MaintainedTable;
using ::testing::UnorderedElementsAre;

class DanglingDeletesTest : public ::testing::Test {
 protected:
  explicit DanglingDeletesTest(iceberg::FormatVersion version = 2) : table_(version) {}

  ReadState Read() {
    return {.snapshot = table_.Load().metadata->current_snapshot_id,
            .isolation = IsolationLevel::kSnapshot};
  }
  void AddDeletes(std::vector<AddedFile> files) {
    table_.MustCommit(
        RowDelta({.added = std::move(files), .removed_data = {}, .removed_deletes = {}}, Read()));
  }
  /// The file in the place of others, as old as the head.
  void Replace(const std::vector<AddedFile>& old, AddedFile added) {
    added.sequence_number = table_.Load().metadata->current_snapshot()->sequence_number;
    Rewritten files{.added = {std::move(added)}, .removed_data = {}, .removed_deletes = {}};
    for (const AddedFile& file : old) {
      files.removed_data.push_back(KeyOf(file.file));
    }
    table_.MustCommit(Rewrite(std::move(files), Read()));
  }
  std::set<std::string> Deletes() {
    std::set<std::string> names;
    for (const auto& [key, times] :
         table_.Count(*table_.Load().metadata->current_snapshot()).delete_files) {
      names.insert(key.substr(testing::DataPath("").size()));
    }
    return names;
  }
  Result<DanglingDeletesReport> Run(RunMode mode = RunMode::kRun) {
    MaintenanceContext context = table_.Context();
    return RemoveDanglingDeletes(context, table_.Load(), {.mode = mode});
  }

  /// A position delete file that may name any file of its bucket.
  static AddedFile OfBucket(std::string_view name, int32_t bucket) {
    AddedFile file = MaintainedTable::PositionDeletes(name, "", bucket);
    file.file.referenced_data_file.reset();
    return file;
  }

  MaintainedTable table_;
};

TEST_F(DanglingDeletesTest, OnlyWhatTouchesNothingGoes) {
  table_.AddData("old", 0);
  table_.AddData("a", 1);
  table_.AddData("b", 1);
  AddDeletes({MaintainedTable::PositionDeletes("of-a", "a", 1),
              MaintainedTable::PositionDeletes("of-old", "old", 0), OfBucket("of-1", 1),
              OfBucket("of-0", 0), MaintainedTable::EqualityDeletes("eq-1", 1),
              MaintainedTable::EqualityDeletes("eq-0", 0)});
  ASSERT_OK_AND_ASSIGN(DanglingDeletesReport report, Run());
  EXPECT_EQ(report.removed(), 0);
  Replace({MaintainedTable::Data("a", 1)}, MaintainedTable::Data("new-a", 1));
  ASSERT_OK_AND_ASSIGN(report, Run(RunMode::kDryRun));
  EXPECT_EQ(report.position_delete_files, 1);
  ASSERT_OK_AND_ASSIGN(report, Run());
  EXPECT_THAT(Deletes(), UnorderedElementsAre("of-old", "of-1", "of-0", "eq-1", "eq-0"))
      << "b is in bucket 1 and as old as the deletes";
  Replace({MaintainedTable::Data("b", 1)}, MaintainedTable::Data("new-b", 1));
  ASSERT_OK_AND_ASSIGN(report, Run());
  EXPECT_EQ(report.position_delete_files, 1);
  EXPECT_EQ(report.equality_delete_files, 1);
  EXPECT_THAT(Deletes(), UnorderedElementsAre("of-old", "of-0", "eq-0"));
  const iceberg::Snapshot& head = *table_.Load().metadata->current_snapshot();
  EXPECT_EQ(head.operation, "replace");
  EXPECT_EQ(head.summary.Find("total-delete-files"), "3");
}

TEST_F(DanglingDeletesTest, AFileOfTheSameCommitMayBeNamed) {
  table_.AddData("a", 1);
  // Adds a file and deletes rows of it.
  AddDeletes({MaintainedTable::Data("b", 1), OfBucket("of-1", 1)});
  Replace({MaintainedTable::Data("a", 1)}, MaintainedTable::Data("new-a", 1));
  ASSERT_OK_AND_ASSIGN(DanglingDeletesReport report, Run());
  EXPECT_EQ(report.removed(), 0);
}

TEST_F(DanglingDeletesTest, AnEqualityDeleteStaysWhileAnythingIsOlder) {
  table_.AddData("a", 1);
  AddDeletes({MaintainedTable::EqualityDeletes("eq", 1)});
  AddedFile as_old = MaintainedTable::Data("as-old", 1);
  as_old.sequence_number = iceberg::SequenceNumber(1);
  table_.MustCommit(Rewrite({.added = {as_old},
                             .removed_data = {KeyOf(MaintainedTable::Data("a", 1).file)},
                             .removed_deletes = {}},
                            Read()));
  ASSERT_OK_AND_ASSIGN(DanglingDeletesReport report, Run());
  EXPECT_EQ(report.removed(), 0) << "committed later, but its rows are older";
}

TEST_F(DanglingDeletesTest, OthersCommitFirst) {
  table_.AddData("old", 0);
  table_.AddData("a", 1);
  AddDeletes({MaintainedTable::EqualityDeletes("eq-1", 1)});
  Replace({MaintainedTable::Data("a", 1)}, MaintainedTable::Data("new", 1));
  table_.store.BeforeNextCommit([&] { table_.AddData("theirs", 1); });
  ASSERT_THAT(Run(), IsOk());
  EXPECT_THAT(Deletes(), ::testing::IsEmpty());
  AddDeletes({MaintainedTable::PositionDeletes("p", "theirs", 1)});
  Replace({MaintainedTable::Data("theirs", 1)}, MaintainedTable::Data("newer", 1));
  table_.store.BeforeNextCommit([&] { ASSERT_THAT(Run(), IsOk()); });
  EXPECT_THAT(Run(), IsError(ErrorCode::kCommitConflict));
}

class DanglingVectorsTest : public DanglingDeletesTest {
 protected:
  DanglingVectorsTest() : DanglingDeletesTest(3) {}
};

TEST_F(DanglingVectorsTest, VectorsOfLivingFilesStay) {
  table_.AddData("a");
  table_.AddData("b");
  AddDeletes(
      {MaintainedTable::Vector("v.puffin", 4, "a"), MaintainedTable::Vector("v.puffin", 104, "b")});
  ASSERT_OK_AND_ASSIGN(DanglingDeletesReport report, Run());
  EXPECT_EQ(report.removed(), 0);
  Replace({MaintainedTable::Data("a")}, MaintainedTable::Data("new"));
  EXPECT_THAT(Deletes(), UnorderedElementsAre("v.puffin#104"));
  ASSERT_OK_AND_ASSIGN(report, Run());
  EXPECT_EQ(report.removed(), 0);
}

/// False once the fault did not fire. Of two deletes in three manifests one is dangling.
bool RunWithFault(const storage::testing::FaultPlan& plan) {
  SCOPED_TRACE("call " + std::to_string(plan.call));
  MaintainedTable table(2);
  table.AddData("a", 0);
  table.AddData("b", 1);
  auto read = [&] {
    return ReadState{.snapshot = table.Load().metadata->current_snapshot_id,
                     .isolation = IsolationLevel::kSnapshot};
  };
  table.MustCommit(RowDelta({.added = {MaintainedTable::PositionDeletes("of-a", "a", 0),
                                       MaintainedTable::PositionDeletes("of-b", "b", 1)},
                             .removed_data = {},
                             .removed_deletes = {}},
                            read()));
  AddedFile added = MaintainedTable::Data("new-a", 0);
  added.sequence_number = table.Load().metadata->current_snapshot()->sequence_number;
  table.MustCommit(Rewrite({.added = {added},
                            .removed_data = {KeyOf(MaintainedTable::Data("a", 0).file)},
                            .removed_deletes = {}},
                           read()));
  const auto before = table.Count(*table.Load().metadata->current_snapshot());
  MaintenanceContext context = table.Context();
  table.files->Arm(plan);
  auto report = RemoveDanglingDeletes(context, table.Load(), {.mode = RunMode::kRun});
  const bool fired = table.files->calls() >= plan.call;
  table.files->Arm({});
  const auto after = table.Count(*table.Load().metadata->current_snapshot());
  EXPECT_EQ(before.data_files, after.data_files);
  EXPECT_EQ(after.delete_files.size(), report.has_value() ? 1U : before.delete_files.size());
  EXPECT_TRUE(after.delete_files.contains(testing::DataPath("of-b")));
  EXPECT_TRUE(fired || report.has_value());
  if (!plan.from_then_on) {
    EXPECT_EQ(table.Stored(), table.Named());
  }
  return fired;
}

TEST(DanglingDeletesFaultTest, EachCallFailsOnce) {
  for (bool applied : {false, true}) {
    int64_t call = 1;
    while (RunWithFault({.call = call, .applied = applied}) && !::testing::Test::HasFailure()) {
      ++call;
    }
    EXPECT_GT(call, 5);
  }
}

TEST(DanglingDeletesFaultTest, EachCallAndAllLaterFail) {
  int64_t call = 1;
  while (RunWithFault({.call = call, .from_then_on = true}) && !::testing::Test::HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 5);
}

}  // namespace
}  // namespace firn::table
