// What others commit between a compaction's plan and its commit, and what fails in between: the
// rows are those that the others left, and no file is left behind.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "table/compact/compaction.h"
#include "table/compact/testing/compacted_table.h"
#include "table/write/row_deletion.h"
#include "table/write/table_upsert.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using storage::testing::FaultPlan;
using testing::CommitFault;
using testing::CompactedTable;
using testing::Range;
using ::testing::SizeIs;

/// Parts 0 and up, five files each, some rows deleted in every way that there is.
void Fill(CompactedTable& table, int64_t parts) {
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t part = 0; part < parts; ++part) {
      table.Append(part * 100 + i * 10, 10);
    }
  }
  table.Delete("id = 3 or id = 141");
  if (table.table.metadata->format_version > 1) {
    table.DeleteEqual({14}, 0);
  }
}

class CompactionConflictTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { Fill(table_, 2); }

  /// Compacts while `theirs` commits first. What the others left must be there afterwards.
  Result<CompactionReport> CompactAgainst(const std::function<void()>& theirs,
                                          CompactionOptions options = {}) {
    std::vector<std::string> rows;
    table_.catalog.BeforeNextCommit([&] {
      table_.Reload();
      theirs();
      rows = table_.Rows();
    });
    options.mode = RunMode::kRun;
    Result<CompactionReport> report = table_.TryCompact(options);
    EXPECT_FALSE(rows.empty()) << "nobody came first";
    EXPECT_EQ(table_.Rows(), rows);
    EXPECT_EQ(table_.StoredData(), table_.NamedData());
    return report;
  }

  CompactedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, CompactionConflictTest, ::testing::Values(1, 2, 3));

class CompactionConflictOfVersion2Test : public CompactionConflictTest {};
class CompactionConflictWithDeletesTest : public CompactionConflictTest {};
INSTANTIATE_TEST_SUITE_P(Versions, CompactionConflictOfVersion2Test, ::testing::Values(2));
INSTANTIATE_TEST_SUITE_P(Versions, CompactionConflictWithDeletesTest, ::testing::Values(2, 3));

TEST_P(CompactionConflictTest, AnAppendIsRebasedOn) {
  ASSERT_OK_AND_ASSIGN(CompactionReport report, CompactAgainst([&] { table_.Append(60, 5); }));
  EXPECT_EQ(report.groups, 2);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(3));
}

TEST_P(CompactionConflictTest, ARemovedInputWins) {
  EXPECT_THAT(CompactAgainst([&] { table_.Delete("id >= 20 and id < 30"); }),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictTest, DeletedRowsOfAnInputWin) {
  EXPECT_THAT(CompactAgainst([&] { table_.Delete("id = 25"); }),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictTest, DeletedRowsOfAFileWithDeletesWin) {
  EXPECT_THAT(CompactAgainst([&] { table_.Delete("id = 4"); }),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictOfVersion2Test, PartitionWideDeletesWin) {
  EXPECT_THAT(CompactAgainst([&] { table_.DeletePositions({25, 36}, 0); }),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictWithDeletesTest, EqualityDeletesApplyToTheNewFiles) {
  EXPECT_THAT(CompactAgainst([&] { table_.DeleteEqual({25, 26, 3}, 0); }), IsOk());
  EXPECT_EQ(table_.HeadDeletes(), 1);
}

TEST_P(CompactionConflictWithDeletesTest, EqualityDeletesStayAsLongAsNewFilesNeedThem) {
  EXPECT_THAT(CompactAgainst([&] {
                table_.DeleteEqual({25, 26, 3}, 0);
                table_.Append(160, 5);  // every other row is younger than the deletes
              }),
              IsOk());
  EXPECT_EQ(table_.HeadDeletes(), 1);
}

TEST_P(CompactionConflictWithDeletesTest, EqualityDeletesWinOverNewFiles) {
  EXPECT_THAT(CompactAgainst([&] { table_.DeleteEqual({25, 26}, 0); }, {.age = RewrittenAge::kNew}),
              IsError(ErrorCode::kCommitConflict));
}

// The other way round: a compaction comes between reading rows and deleting them.
TEST_P(CompactionConflictWithDeletesTest, RowsOfFilesThatWereRewrittenCannotBeDeleted) {
  const Table before = table_.table;
  table_.MustCompact();
  const std::vector<std::string> rows = table_.Rows();
  RowDeletionRequest request{.mode = RowDeletionMode::kMergeOnRead};
  ASSERT_OK_AND_ASSIGN(request.filter, iceberg::ParseExpressionText("id = 25 or id = 36"));
  EXPECT_THAT(DeleteRows(table_.Changes(), before, request), IsError(ErrorCode::kCommitConflict));

  const auto replaced = testing::WrittenTable::Rows(25, 12);
  ASSERT_OK_AND_ASSIGN(auto upsert,
                       TableUpsert::Make(table_.Changes(), before, *replaced->schema(),
                                         {.keys = {"id"}, .mode = RowDeletionMode::kMergeOnRead}));
  ASSERT_THAT(upsert->Write(*replaced), IsOk());
  EXPECT_THAT(upsert->Commit(), IsError(ErrorCode::kCommitConflict));
  upsert.reset();
  table_.Reload();
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(table_.StoredData(), table_.NamedData());
}

TEST_P(CompactionConflictTest, AnotherCompactionWins) {
  EXPECT_THAT(CompactAgainst([&] { table_.MustCompact(); }), IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictTest, OtherPartitionsDoNotConflict) {
  ASSERT_OK_AND_ASSIGN(iceberg::Expression filter, iceberg::ParseExpressionText("part = 0"));
  EXPECT_THAT(CompactAgainst([&] { table_.Delete("id >= 120 and id < 135"); }, {.filter = filter}),
              IsOk());
}

TEST_P(CompactionConflictWithDeletesTest, RowsThatMoveAreNotForEqualityDeletesOfEitherSide) {
  const CompactionOptions move{.other_specs = OtherSpecs::kMove};
  const iceberg::SpecId old_spec = table_.table.metadata->default_spec_id;
  table_.MustUpdate({iceberg::AddSpec{iceberg::testing::SpecOf(
                         R"({"fields":[{"name":"half","transform":"truncate[1000]",
                                          "source-id":2}]})")},
                     iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}});
  EXPECT_THAT(
      CompactAgainst([&] { table_.DeleteEqual({25, 26}, 0, iceberg::FieldId(1001)); }, move),
      IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(CompactAgainst(
                  [&] {
                    table_.MustUpdate({iceberg::SetDefaultSpec{old_spec}});
                    table_.DeleteEqual({31, 32}, 0);
                  },
                  move),
              IsError(ErrorCode::kCommitConflict));
}

TEST_P(CompactionConflictTest, APartThatIsLostDoesNotEndTheOthers) {
  ASSERT_OK_AND_ASSIGN(CompactionReport report,
                       CompactAgainst([&] { table_.Delete("id >= 20 and id < 30"); },
                                      {.dangling = DanglingDeletes::kKeep, .max_commits = 2}));
  EXPECT_EQ(report.groups, 1);
  EXPECT_EQ(report.commits, 1);
  EXPECT_EQ(report.failed_groups, 1);
  ASSERT_TRUE(report.last_failure.has_value());
  EXPECT_EQ(report.last_failure->code(), ErrorCode::kCommitConflict);
}

TEST_P(CompactionConflictTest, UnknownOutcomes) {
  auto rows = table_.Rows();
  table_.catalog.FailNext(CommitFault::kUnknownLost);
  table_.tools.sleep = [](std::chrono::milliseconds) {};
  const std::set<std::string> before = table_.StoredData();
  EXPECT_THAT(table_.TryCompact({.mode = RunMode::kRun}), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(table_.StoredData().size(), before.size() + 2) << "what may be committed is left";
  EXPECT_EQ(table_.Rows(), rows);
  table_.catalog.FailNext(CommitFault::kUnknownApplied);
  EXPECT_THAT(table_.TryCompact({.mode = RunMode::kRun}), IsOk());
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(2));
}

TEST_P(CompactionConflictTest, ALostLeaseLeavesNothing) {
  int asked = 0;
  MaintenanceContext maintenance = table_.Maintenance();
  maintenance.may_go_on = [&]() -> Status {
    return ++asked < 3 ? Status() : Status(Error(ErrorCode::kConflict, "lost"));
  };
  EXPECT_THAT(Compact({maintenance, table_.context}, table_.table, {.mode = RunMode::kRun}),
              IsError(ErrorCode::kConflict));
  EXPECT_EQ(asked, 3) << "for two groups and the commit";
  EXPECT_EQ(table_.StoredData(), table_.NamedData());
}

/// False once the fault did not fire.
bool RunWithFault(int version, const FaultPlan& plan) {
  SCOPED_TRACE("call " + std::to_string(plan.call));
  CompactedTable table(version);
  Fill(table, 1);
  table.Reload();
  auto rows = table.Rows();
  table.tools.sleep = [](std::chrono::milliseconds) {};
  ManifestCache empty(0);
  ScanContext context{.manifests = empty, .pool = table.pool, .read = {.batch_rows = 16}};
  const MaintenanceContext maintenance = table.Maintenance();
  table.faulty->Arm(plan);
  auto report =
      Compact({maintenance, context}, table.table, {.mode = RunMode::kRun, .groups_at_once = 1});
  bool fired = table.faulty->calls() >= plan.call;
  table.faulty->Arm({});
  EXPECT_TRUE(fired || report.has_value());
  table.Reload();
  EXPECT_EQ(table.Rows(), rows);
  if (!plan.from_then_on) {
    EXPECT_EQ(table.StoredData(), table.NamedData());
  }
  return fired;
}

TEST_P(CompactionConflictTest, EachCallFails) {
  for (FaultPlan kind :
       {FaultPlan{}, FaultPlan{.applied = true}, FaultPlan{.from_then_on = true}}) {
    int64_t call = 1;
    do {
      kind.call = call++;
    } while (RunWithFault(GetParam(), kind) && !HasFailure());
    EXPECT_GT(call, 25);
  }
}

/// Random tables, and random commits of others in the middle of each compaction.
class ConflictSimulation {
 public:
  ConflictSimulation(int version, uint32_t seed)
      : version_(version), table_(version), random_(seed) {}

  void Run() {
    table_.Append(0, 250);
    for (int step = 0; step < 15 && !::testing::Test::HasFailure(); ++step) {
      Change();
      Change();
      CompactOnce();
    }
  }
  /// Compactions that came through.
  int committed() const { return committed_; }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void Change() {
    int64_t id = Dice(300);
    switch (Dice(version_ > 1 ? 6 : 4)) {
      case 0:
      case 1:
        table_.Append(id, 1 + Dice(40));
        break;
      case 2:
        table_.Delete("id >= " + std::to_string(id) + " and id < " + std::to_string(id + 15));
        break;
      case 3:
        table_.MustCompact({.choice = FileChoice::kAll});
        break;
      case 4:
        table_.DeleteEqual({id, id + 1}, static_cast<int32_t>(id / 100));
        break;
      default:
        table_.Delete("id = " + std::to_string(id));
        break;
    }
  }

  void CompactOnce() {
    CompactionOptions options{.mode = RunMode::kRun,
                              .target_file_bytes = Dice(2) == 0 ? 1'000 : 1'000'000,
                              .min_input_files = 1 + Dice(4),
                              .max_group_bytes = Dice(2) == 0 ? 3'000 : 1'000'000,
                              .delete_file_threshold = 1 + Dice(3),
                              .max_commits = 1 + Dice(3)};
    std::vector<std::string> rows = table_.Rows();
    table_.catalog.BeforeNextCommit([&] {
      table_.Reload();
      Change();
      rows = table_.Rows();
    });
    auto report = table_.TryCompact(options);
    table_.catalog.BeforeNextCommit(nullptr);
    committed_ += report.has_value() && report->commits > 0;
    EXPECT_TRUE(report.has_value() || report.error().code() == ErrorCode::kCommitConflict);
    EXPECT_EQ(table_.Rows(), rows);
    EXPECT_EQ(table_.StoredData(), table_.NamedData());
  }

  const int version_;
  CompactedTable table_;
  std::mt19937 random_;
  int committed_ = 0;
};

TEST_P(CompactionConflictTest, RandomCommitsComeFirst) {
  int committed = 0;
  for (uint32_t seed = 1; seed <= 2 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ConflictSimulation simulation(GetParam(), seed);
    simulation.Run();
    committed += simulation.committed();
  }
  EXPECT_GT(committed, 2);
}

}  // namespace
}  // namespace firn::table
