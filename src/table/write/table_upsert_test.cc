#include "table/write/table_upsert.h"

#include <string>
#include <tuple>
#include <vector>

#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "table/write/testing/written_table.h"

namespace firn::table {
namespace {

using columnar::testing::Longs;
using columnar::testing::Texts;
using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::Range;
using ::testing::SizeIs;
using testing::WrittenTable;

constexpr auto kCopyOnWrite = RowDeletionMode::kCopyOnWrite;
constexpr auto kMergeOnRead = RowDeletionMode::kMergeOnRead;

/// Rows of WrittenTable with these ids, all in `part` and named `name`.
std::shared_ptr<arrow::RecordBatch> RowsOf(const std::vector<int64_t>& ids,
                                           int32_t part,
                                           const std::string& name) {
  arrow::Int32Builder parts;
  EXPECT_TRUE(parts.AppendValues(std::vector<int32_t>(ids.size(), part)).ok());
  return arrow::RecordBatch::Make(
      WrittenTable::Rows(0, 0)->schema(), static_cast<int64_t>(ids.size()),
      {Longs(ids), parts.Finish().ValueOrDie(), Texts(std::vector<std::string>(ids.size(), name))});
}

class TableUpsertTest : public ::testing::TestWithParam<std::tuple<int, RowDeletionMode>> {
 protected:
  Result<Upserted> TryUpsert(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                             std::vector<std::string> keys = {"id"}) {
    UpsertOptions options{.keys = std::move(keys), .mode = std::get<1>(GetParam())};
    ASSIGN_OR_RETURN(auto upsert, TableUpsert::Make(written_.Changes(), written_.table,
                                                    *WrittenTable::Rows(0, 0)->schema(), options));
    for (const auto& batch : batches) {
      RETURN_IF_ERROR(upsert->Write(*batch));
    }
    ASSIGN_OR_RETURN(Upserted upserted, upsert->Commit());
    written_.table = upserted.table;
    return upserted;
  }

  /// Ids that have this name.
  Result<std::vector<int64_t>> Named(const std::string& name) {
    return written_.SortedIds(
        {.plan = {.filter = iceberg::Compare(iceberg::Operation::kEq, iceberg::Column("name"),
                                             iceberg::Constant::Text(name))}});
  }

  WrittenTable written_{std::get<0>(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(VersionsAndModes,
                         TableUpsertTest,
                         ::testing::Values(std::tuple(1, kCopyOnWrite),
                                           std::tuple(2, kCopyOnWrite),
                                           std::tuple(2, kMergeOnRead),
                                           std::tuple(3, kCopyOnWrite),
                                           std::tuple(3, kMergeOnRead)));

TEST_P(TableUpsertTest, RowsTakeTheirPlaceOrAreAdded) {
  written_.Append(0, 200);
  ASSERT_OK_AND_ASSIGN(Upserted upserted,
                       TryUpsert({RowsOf({5, 150}, 1, "new"), RowsOf({300}, 3, "new")}));
  EXPECT_EQ(upserted.rows, 3);
  EXPECT_EQ(upserted.replaced_rows, 2);
  std::vector<int64_t> expected = Range(0, 200);
  expected.push_back(300);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(expected));
  EXPECT_THAT(Named("new"), IsOkAnd(std::vector<int64_t>{5, 150, 300}));
}

TEST_P(TableUpsertTest, ARowMayMoveToAnotherPartitionAndBack) {
  written_.Append(0, 100);
  ASSERT_THAT(TryUpsert({RowsOf({7}, 9, "there")}), IsOk());
  ASSERT_THAT(TryUpsert({RowsOf({7}, 0, "back")}), IsOk());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 100)));
  EXPECT_THAT(Named("there"), IsOkAnd(SizeIs(0)));
  EXPECT_THAT(Named("back"), IsOkAnd(std::vector<int64_t>{7}));
}

TEST_P(TableUpsertTest, KeysOfSeveralColumns) {
  written_.Append(0, 200);
  // Id 5 is in part 0, so this is another key.
  ASSERT_OK_AND_ASSIGN(Upserted upserted, TryUpsert({RowsOf({5, 105}, 1, "new")}, {"id", "part"}));
  EXPECT_EQ(upserted.replaced_rows, 1);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(SizeIs(201)));
}

TEST_P(TableUpsertTest, ManyKeysAreLookedForByTheirRange) {
  written_.Append(0, 3000);
  ASSERT_OK_AND_ASSIGN(Upserted upserted, TryUpsert({RowsOf(Range(500, 1500), 0, "new")}));
  EXPECT_EQ(upserted.replaced_rows, 1500);
  EXPECT_EQ(upserted.counts.dropped_files, 15);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 3000)));
  EXPECT_THAT(Named("new"), IsOkAnd(Range(500, 1500)));
}

TEST_P(TableUpsertTest, IntoAnEmptyTableRowsAreAdded) {
  ASSERT_THAT(TryUpsert({RowsOf({1, 2}, 0, "new")}), IsOk());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(1, 2)));
  EXPECT_EQ(written_.table.metadata->current_snapshot()->operation, "append");
}

TEST_P(TableUpsertTest, WithoutRowsNothingIsCommitted) {
  const int64_t commits = written_.catalog.commits();
  EXPECT_THAT(TryUpsert({}), IsOk());
  EXPECT_EQ(written_.catalog.commits(), commits);
}

TEST_P(TableUpsertTest, AKeyThatComesTwiceIsRefused) {
  written_.Append(0, 10);
  const std::vector<std::string> files = written_.DataFiles();
  EXPECT_THAT(TryUpsert({RowsOf({1, 2}, 0, "a"), RowsOf({1}, 0, "b")}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(written_.DataFiles(), files);
}

TEST_P(TableUpsertTest, ARowOfTheSameKeyThatCameMeanwhileIsAConflict) {
  written_.Append(0, 100);
  const Table before = written_.table;
  written_.Append(5, 1);
  const std::vector<std::string> files = written_.DataFiles();
  written_.table = before;
  EXPECT_THAT(TryUpsert({RowsOf({5}, 0, "new")}), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(written_.DataFiles(), files);
}

TEST_P(TableUpsertTest, KeysMustBePlainColumns) {
  EXPECT_THAT(TryUpsert({}, {"nobody"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(TryUpsert({}, {}), IsError(ErrorCode::kInvalidArgument)) << "no identifier fields";
}

TEST_P(TableUpsertTest, ANullIsNoKey) {
  auto nulls = arrow::MakeArrayOfNull(arrow::utf8(), 1).ValueOrDie();
  auto row = RowsOf({1}, 0, "x");
  auto batch = arrow::RecordBatch::Make(row->schema(), 1, {row->column(0), row->column(1), nulls});
  EXPECT_THAT(TryUpsert({batch}, {"name"}), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
