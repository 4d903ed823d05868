#include "table/write/row_replacement.h"

#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "table/write/testing/written_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::IsEmpty;
using testing::Range;
using ::testing::SizeIs;
using testing::WrittenTable;

constexpr auto kCopyOnWrite = RowDeletionMode::kCopyOnWrite;
constexpr auto kMergeOnRead = RowDeletionMode::kMergeOnRead;

class RowReplacementTest : public ::testing::TestWithParam<std::tuple<int, RowDeletionMode>> {
 protected:
  Result<std::unique_ptr<RowReplacement>> Begin(std::string_view filter) {
    RowDeletionRequest request{.mode = std::get<1>(GetParam())};
    ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(filter));
    return RowReplacement::Make(written_.Changes(), written_.table,
                                *WrittenTable::Rows(0, 0)->schema(), std::move(request));
  }

  /// With the rows of ids [begin, begin + rows).
  Result<Replacement> Replace(std::string_view filter, int64_t begin, int64_t rows) {
    ASSIGN_OR_RETURN(auto replacement, Begin(filter));
    RETURN_IF_ERROR(replacement->Write(*WrittenTable::Rows(begin, rows)));
    ASSIGN_OR_RETURN(Replacement done, replacement->Commit());
    written_.table = done.table;
    return done;
  }

  WrittenTable written_{std::get<0>(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(VersionsAndModes,
                         RowReplacementTest,
                         ::testing::Values(std::tuple(1, kCopyOnWrite),
                                           std::tuple(2, kCopyOnWrite),
                                           std::tuple(2, kMergeOnRead),
                                           std::tuple(3, kCopyOnWrite),
                                           std::tuple(3, kMergeOnRead)));

TEST_P(RowReplacementTest, FilesOfWhichSomeRowsMatchKeepTheOthers) {
  written_.Append(0, 300);
  ASSERT_OK_AND_ASSIGN(Replacement done, Replace("id < 150", 1000, 10));
  EXPECT_EQ(done.rows, 10);
  EXPECT_EQ(done.counts.dropped_files, 1);
  EXPECT_EQ(done.counts.rewritten_files + done.counts.marked_files, 1);
  std::vector<int64_t> expected = Range(150, 150);
  for (int64_t id : Range(1000, 10)) {
    expected.push_back(id);
  }
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(expected));
  EXPECT_THAT(written_.table.metadata->snapshots, SizeIs(2)) << "one commit";
}

TEST_P(RowReplacementTest, TheSameRowsMayComeAgain) {
  written_.Append(0, 200);
  ASSERT_THAT(Replace("part = 1", 100, 100), IsOk());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 200)));
}

TEST_P(RowReplacementTest, WithoutNewRowsItDeletes) {
  written_.Append(0, 200);
  ASSERT_THAT(Replace("id >= 100", 0, 0), IsOk());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 100)));
}

TEST_P(RowReplacementTest, WithoutRowsThatMatchItAdds) {
  ASSERT_THAT(Replace("true", 0, 10), IsOk());
  ASSERT_THAT(Replace("id = 500", 10, 10), IsOk());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 20)));
}

TEST_P(RowReplacementTest, WithoutEitherNothingIsCommitted) {
  written_.Append(0, 10);
  const int64_t commits = written_.catalog.commits();
  ASSERT_THAT(Replace("id = 500", 0, 0), IsOk());
  EXPECT_EQ(written_.catalog.commits(), commits);
}

TEST_P(RowReplacementTest, MatchingRowsThatCameMeanwhileAreAConflictAndNothingIsLeft) {
  written_.Append(0, 100);
  ASSERT_OK_AND_ASSIGN(auto replacement, Begin("id < 50"));
  ASSERT_THAT(replacement->Write(*WrittenTable::Rows(0, 50)), IsOk());
  const Table read = written_.table;
  written_.Append(10, 5);
  const std::vector<std::string> before = written_.DataFiles();
  EXPECT_THAT(replacement->Commit(), IsError(ErrorCode::kCommitConflict));
  replacement.reset();
  EXPECT_EQ(written_.DataFiles(), before);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(SizeIs(105)));
}

TEST_P(RowReplacementTest, OneThatIsDroppedLeavesNothing) {
  {
    ASSERT_OK_AND_ASSIGN(auto replacement, Begin("true"));
    ASSERT_THAT(replacement->Write(*WrittenTable::Rows(0, 500)), IsOk());
  }
  EXPECT_THAT(written_.DataFiles(), IsEmpty());
}

TEST_P(RowReplacementTest, AFilterThatDoesNotFitIsToldBeforeAnythingIsStored) {
  EXPECT_THAT(Begin("lost = 1"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
