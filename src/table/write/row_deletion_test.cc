#include "table/write/row_deletion.h"

#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "table/commit/operations.h"
#include "table/write/testing/written_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using testing::CommitFault;
using ::testing::IsEmpty;
using testing::Range;
using ::testing::SizeIs;
using testing::WrittenTable;

constexpr auto kCopyOnWrite = RowDeletionMode::kCopyOnWrite;
constexpr auto kMergeOnRead = RowDeletionMode::kMergeOnRead;

class RowDeletionTest : public ::testing::TestWithParam<std::tuple<int, RowDeletionMode>> {
 protected:
  Result<RowDeletion> TryDelete(std::string_view filter) {
    RowDeletionRequest request{.mode = mode()};
    ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(filter));
    return DeleteRows(written_.Changes(), written_.table, request);
  }

  RowDeletion Delete(std::string_view filter) {
    auto deletion = TryDelete(filter);
    if (!deletion.has_value()) {
      ADD_FAILURE() << deletion.error().Describe();
      return {.table = written_.table, .counts = {}};
    }
    written_.table = deletion->table;
    return *std::move(deletion);
  }

  RowDeletionMode mode() const { return std::get<1>(GetParam()); }
  std::string operation() const {
    return written_.table.metadata->current_snapshot()->operation.value_or("");
  }

  WrittenTable written_{std::get<0>(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(VersionsAndModes,
                         RowDeletionTest,
                         ::testing::Values(std::tuple(1, kCopyOnWrite),
                                           std::tuple(2, kCopyOnWrite),
                                           std::tuple(2, kMergeOnRead),
                                           std::tuple(3, kCopyOnWrite),
                                           std::tuple(3, kMergeOnRead)));

TEST_P(RowDeletionTest, FilesThatMatchWholeAreDroppedUnread) {
  written_.Append(0, 300);
  for (const std::string& path : written_.DataFiles()) {
    ASSERT_TRUE(written_.files->Delete(path).has_value()) << "who reads it, fails";
  }
  RowDeletion deletion = Delete("part >= 1");
  EXPECT_EQ(deletion.counts.dropped_files, 2);
  EXPECT_EQ(deletion.counts.rewritten_files + deletion.counts.marked_files, 0);
  EXPECT_EQ(operation(), "delete");
  EXPECT_EQ(written_.table.metadata->current_snapshot()->summary.Find("total-records"), "100");
}

TEST_P(RowDeletionTest, RowsLeaveFilesThatKeepOthers) {
  written_.Append(0, 200);
  RowDeletion deletion = Delete("id < 50");
  EXPECT_EQ(deletion.counts.dropped_files, 0);
  EXPECT_EQ(deletion.counts.rewritten_files, mode() == kCopyOnWrite ? 1 : 0);
  EXPECT_EQ(deletion.counts.marked_files, mode() == kMergeOnRead ? 1 : 0);
  EXPECT_EQ(operation(), mode() == kCopyOnWrite ? "overwrite" : "delete");
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(50, 150)));
}

TEST_P(RowDeletionTest, WhatIsDeletedStaysDeletedAtTheNextTime) {
  written_.Append(0, 200);
  Delete("id < 50");
  Delete("id < 70 or id = 150");
  std::vector<int64_t> expected = Range(70, 80);
  for (int64_t id : Range(151, 49)) {
    expected.push_back(id);
  }
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(expected));
}

TEST_P(RowDeletionTest, AFileWhoseRowsAllTurnOutToMatchIsDropped) {
  written_.Append(0, 100);
  RowDeletion deletion = Delete("name = 'n0' or name = 'n1' or name = 'n2'");
  EXPECT_EQ(deletion.counts.dropped_files, 1);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(IsEmpty()));
}

TEST_P(RowDeletionTest, WithoutRowsThatMatchNothingIsCommitted) {
  written_.Append(0, 100);
  const int64_t commits = written_.catalog.commits();
  RowDeletion deletion = Delete("id = 1000 or name = 'n1x'");
  EXPECT_EQ(deletion.counts.dropped_files + deletion.counts.rewritten_files +
                deletion.counts.marked_files,
            0);
  EXPECT_EQ(written_.catalog.commits(), commits);
}

TEST_P(RowDeletionTest, AnEmptyTableHasNothingToDelete) {
  EXPECT_EQ(Delete("true").table.metadata->current_snapshot(), nullptr);
}

TEST_P(RowDeletionTest, RowsThatMatchAndCameMeanwhileAreAConflict) {
  written_.Append(0, 100);
  const Table before = written_.table;
  written_.Append(30, 10);
  const std::vector<std::string> files = written_.DataFiles();
  written_.table = before;
  EXPECT_THAT(TryDelete("id < 50"), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(written_.DataFiles(), files) << "what was written is gone";
}

TEST_P(RowDeletionTest, RowsThatDoNotMatchMayComeMeanwhile) {
  written_.Append(0, 100);
  const Table before = written_.table;
  written_.Append(100, 10);
  written_.table = before;
  Delete("part = 0 and id < 50");
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(50, 60)));
}

TEST_P(RowDeletionTest, AnotherDeletionOfTheSameFileIsAConflictOrAddsUp) {
  written_.Append(0, 100);
  const Table before = written_.table;
  Delete("id < 10");
  written_.table = before;
  if (GetParam() == std::tuple(2, kMergeOnRead)) {  // position deletes add up
    Delete("id >= 90");
    EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(10, 80)));
  } else {
    EXPECT_THAT(TryDelete("id >= 90"), IsError(ErrorCode::kCommitConflict));
  }
}

TEST_P(RowDeletionTest, AFileThatCannotBeReadLeavesNothingBehind) {
  written_.Append(0, 200);
  std::vector<std::string> files = written_.DataFiles();
  ASSERT_THAT(files, SizeIs(2));
  ASSERT_TRUE(written_.files->Delete(files.back()).has_value());
  files.pop_back();
  EXPECT_THAT(TryDelete("id < 50 or id = 150"), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(written_.DataFiles(), files);
}

TEST_P(RowDeletionTest, ALostCommitTakesItsFilesAway) {
  written_.Append(0, 100);
  const std::vector<std::string> files = written_.DataFiles();
  written_.table.identifier.name = "dropped meanwhile";
  EXPECT_THAT(TryDelete("id < 50"), IsError(ErrorCode::kNoSuchTable));
  EXPECT_EQ(written_.DataFiles(), files);
}

TEST_P(RowDeletionTest, AFilterThatDoesNotFitIsRefused) {
  written_.Append(0, 10);
  EXPECT_THAT(TryDelete("nobody = 1"), IsError(ErrorCode::kInvalidArgument));
}

TEST(RowDeletion, RewrittenRowsKeepTheirRowIds) {
  WrittenTable written(3);
  written.Append(0, 100);
  auto row_ids = [&written] {
    auto scan = written.Open({.columns = {"_row_id"}});
    return WrittenTable::Drain(**scan);
  };
  RowDeletionRequest request{.mode = kCopyOnWrite};
  ASSERT_OK_AND_ASSIGN(request.filter, iceberg::ParseExpressionText("id < 50"));
  ASSERT_OK_AND_ASSIGN(RowDeletion deletion, DeleteRows(written.Changes(), written.table, request));
  written.table = deletion.table;
  EXPECT_THAT(row_ids(), IsOkAnd(Range(50, 50)));
}

TEST(RowDeletion, ModesAreReadFromProperties) {
  WrittenTable written(2);
  iceberg::TableMetadata metadata = *written.table.metadata;
  EXPECT_THAT(ChooseRowDeletionMode(metadata, "delete", std::nullopt), IsOkAnd(kCopyOnWrite));
  metadata.properties = {{{"write.delete.mode", "merge-on-read"}}, ""};
  EXPECT_THAT(ChooseRowDeletionMode(metadata, "delete", std::nullopt), IsOkAnd(kMergeOnRead));
  EXPECT_THAT(ChooseRowDeletionMode(metadata, "update", std::nullopt), IsOkAnd(kCopyOnWrite));
  metadata.format_version = 1;
  EXPECT_THAT(ChooseRowDeletionMode(metadata, "delete", std::nullopt), IsOkAnd(kCopyOnWrite));
  metadata.format_version = 2;
  metadata.properties = {{{"write.delete.mode", "sometimes"}}, ""};
  EXPECT_THAT(ChooseRowDeletionMode(metadata, "delete", std::nullopt),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(RowDeletion, VersionOneHasNoMergeOnRead) {
  WrittenTable written(1);
  written.Append(0, 10);
  RowDeletionRequest request{.mode = kMergeOnRead};
  EXPECT_THAT(DeleteRows(written.Changes(), written.table, request),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
