// Scans of real files in memory: written by table/write, committed by table/commit.
#include "table/scan/table_scan.h"

#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/expression/expression_text.h"
#include "table/commit/operations.h"
#include "table/scan/scan_shape.h"
#include "table/write/testing/written_table.h"
#include "table/write/writer_input.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Range;
using ::testing::SizeIs;
using testing::WrittenTable;

/// The data file of the part that is planned first.
iceberg::DataFile FirstFile(const TableScan& scan) {
  auto tasks = scan.plan().TasksOf(0);
  EXPECT_THAT(tasks, IsOk());
  return tasks->manifest->EntryAt(tasks->files.front().row).file;
}

class TableScanTest : public ::testing::Test {
 protected:
  WrittenTable written_;
};

TEST_F(TableScanTest, AnEmptyTableHasNoRows) {
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({}));
  EXPECT_EQ(scan->schema()->num_fields(), 3);
  EXPECT_THAT(WrittenTable::Drain(*scan), IsOkAnd(IsEmpty()));
}

TEST_F(TableScanTest, EveryRowComesOnceInAnOrderThatStays) {
  written_.Append(0, 300);
  written_.Append(300, 50);
  ASSERT_OK_AND_ASSIGN(auto ids, written_.Ids());
  ASSERT_OK_AND_ASSIGN(auto sorted, written_.SortedIds());
  EXPECT_EQ(sorted, Range(0, 350));
  for (size_t readers : {1, 3, 8}) {
    written_.context.readers = readers;
    written_.context.max_waiting_bytes = 1;  // readers wait for one another
    ASSERT_OK_AND_ASSIGN(auto again, written_.Ids());
    EXPECT_EQ(again, ids) << readers;
  }
}

TEST_F(TableScanTest, PartsOfAFileAreTheFile) {
  ASSERT_OK_AND_ASSIGN(
      written_.table,
      written_.catalog.Commit(written_.table,
                              {.updates = {iceberg::SetProperties{
                                   {{"write.parquet.row-group-size-bytes", "100000"}}}}}));
  constexpr int64_t kRows = 60'000;
  arrow::Int32Builder parts;
  ASSERT_TRUE(parts.AppendValues(std::vector<int32_t>(kRows, 0)).ok());
  auto rows =
      arrow::RecordBatch::Make(WrittenTable::Rows(0, 0)->schema(), kRows,
                               {columnar::testing::Longs(Range(0, kRows)), *parts.Finish(),
                                columnar::testing::Texts(std::vector<std::string>(kRows, "n"))});
  auto writer = written_.Writer();
  ASSERT_THAT(writer->Write(*rows), IsOk());
  ASSERT_OK_AND_ASSIGN(written_.table, writer->Append());
  ASSERT_OK_AND_ASSIGN(auto whole, written_.Open({}));
  ASSERT_GT(FirstFile(*whole).split_offsets.size(), 3U);

  written_.context.part_bytes = 1;
  for (size_t readers : {1, 3}) {
    written_.context.readers = readers;
    ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({.columns = {"_pos", "id"}}));
    EXPECT_THAT(WrittenTable::Drain(*scan), IsOkAnd(Range(0, kRows)));
    EXPECT_EQ(scan->counts().direct_files, 1);
    EXPECT_GT(scan->counts().read.row_groups_read, 3);
  }
}

TEST_F(TableScanTest, AFilterLeavesFilesAndRowsOut) {
  written_.Append(0, 400);
  TableScanRequest request{.columns = {"id"}};
  ASSERT_OK_AND_ASSIGN(request.plan.filter,
                       iceberg::ParseExpressionText("id < 110 and part = 1 and name = 'n1'"));
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open(request));
  EXPECT_THAT(WrittenTable::Drain(*scan), IsOkAnd(ElementsAre(100, 103, 106, 109)));
  ScanCounts counts = scan->counts();
  EXPECT_EQ(counts.direct_files, 1);
  EXPECT_EQ(counts.plan.skipped_data_files(), 3);
}

TEST_F(TableScanTest, ALimitEndsTheScan) {
  written_.Append(0, 200);
  ASSERT_OK_AND_ASSIGN(auto all, written_.Ids());
  for (int64_t limit : {0, 1, 16, 17, 100, 1000}) {
    ASSERT_OK_AND_ASSIGN(auto ids, written_.Ids({.limit = limit}));
    EXPECT_EQ(ids, std::vector(all.begin(), all.begin() + std::min<int64_t>(limit, 200))) << limit;
  }
  EXPECT_THAT(written_.Ids({.limit = -1}), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(TableScanTest, ASnapshotIsReadAsItWas) {
  auto first = written_.Append(0, 10);
  auto second = written_.Append(10, 10);
  TableScanRequest request;
  request.plan.scan = SnapshotScan{first};
  EXPECT_THAT(written_.SortedIds(request), IsOkAnd(Range(0, 10)));
  request.plan.scan = AppendScan{.from = first, .to = second};
  EXPECT_THAT(written_.SortedIds(request), IsOkAnd(Range(10, 10)));
  request.plan.scan = SnapshotScan{iceberg::SnapshotId(1)};
  EXPECT_THAT(written_.SortedIds(request), IsError(ErrorCode::kNotFound));
}

TEST_F(TableScanTest, DeletedRowsAreLeftOut) {
  written_.Append(0, 400);
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({}));
  const iceberg::DataFile data = FirstFile(*scan);
  const iceberg::TableMetadata& metadata = *written_.table.metadata;
  auto deletes = columnar::WritePositionDeletes(
      {.store = *written_.files, .locations = DataLocationsOf(metadata), .prefix = "d"},
      columnar::ReadWriteProperties({}, metadata.current_schema(), {}).value(), data.partition,
      {{data.path, {0, 2}}});
  ASSERT_THAT(deletes, IsOkAnd(SizeIs(1)));
  RowChanges changes;
  changes.added.push_back({deletes->front(), metadata.default_spec().id, std::nullopt});
  written_.Commit(RowDelta(std::move(changes), {.snapshot = metadata.current_snapshot()->id}));

  ASSERT_OK_AND_ASSIGN(scan, written_.Open({.columns = {"id", "_file", "_pos"}}));
  EXPECT_THAT(WrittenTable::Drain(*scan), IsOkAnd(SizeIs(398)));
  ScanCounts counts = scan->counts();
  EXPECT_EQ(counts.merged_files, 1) << "deleted rows switch only the file that they lie in";
  EXPECT_EQ(counts.direct_files, 3);
  EXPECT_EQ(counts.read.rows_deleted, 2);
}

TEST_F(TableScanTest, AFileThatIsGoneIsAnErrorAfterWhatCameBefore) {
  written_.Append(0, 200);
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({.columns = {"id"}}));
  ASSERT_OK_AND_ASSIGN(auto tasks, scan->plan().TasksOf(0));
  ASSERT_EQ(tasks.files.size(), 2U);
  std::string second(tasks.manifest->paths[tasks.files[1].row]);
  ASSERT_THAT(written_.files->Delete(second), IsOk());
  ASSERT_OK_AND_ASSIGN(scan, written_.Open({.columns = {"id"}}));
  int64_t rows = 0;
  Result<std::shared_ptr<arrow::RecordBatch>> batch = scan->Next();
  while (batch.has_value() && *batch != nullptr) {
    rows += (*batch)->num_rows();
    batch = scan->Next();
  }
  EXPECT_THAT(batch, IsError(ErrorCode::kNotFound));
  EXPECT_EQ(rows, 100);
}

TEST_F(TableScanTest, AScanThatIsDroppedEndsItsReaders) {
  written_.Append(0, 1000);
  written_.context.max_waiting_bytes = 1;
  written_.context.readers = 4;
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({}));
  EXPECT_THAT(scan->Next(), IsOk());
  scan.reset();  // returns
}

TEST_F(TableScanTest, AStopTokenEndsIt) {
  written_.Append(0, 200);
  std::stop_source stop;
  written_.context.read.stop = stop.get_token();
  written_.context.max_waiting_bytes = 1;
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({}));
  ASSERT_THAT(scan->Next(), IsOk());
  stop.request_stop();
  EXPECT_THAT(WrittenTable::Drain(*scan), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(written_.Open({}), IsError(ErrorCode::kUnavailable)) << "planning ends too";
}

TEST_F(TableScanTest, WaitingForABatchMayHaveADeadline) {
  written_.Append(0, 100);
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open({}));
  int64_t rows = 0;
  while (true) {
    ASSERT_OK_AND_ASSIGN(auto batch, scan->NextBefore(written_.clock.Monotonic()));
    if (batch && *batch == nullptr) {
      break;
    }
    rows += batch ? (*batch)->num_rows() : 0;
  }
  EXPECT_EQ(rows, 100);
  ASSERT_OK_AND_ASSIGN(auto after, scan->NextBefore(written_.clock.Monotonic()));
  EXPECT_EQ(after, std::shared_ptr<arrow::RecordBatch>()) << "the end stays the end";
}

TEST_F(TableScanTest, ItsShapeIsKnownBeforeIt) {
  written_.Append(0, 10);
  const TableScanRequest request{.columns = {"name", "_pos", "id"}};
  ASSERT_OK_AND_ASSIGN(ScanShape shape, ShapeOf(*written_.table.metadata, request));
  ASSERT_OK_AND_ASSIGN(auto scan, written_.Open(request));
  EXPECT_TRUE(shape.rows->Equals(*scan->schema(), /*check_metadata=*/true));
  EXPECT_EQ(shape.table, scan->plan().schema());
}

TEST_F(TableScanTest, RequestsThatDoNotFitAreRefused) {
  written_.Append(0, 10);
  EXPECT_THAT(written_.Open({.columns = {"nobody"}}), IsError(ErrorCode::kInvalidArgument));
  TableScanRequest request;
  ASSERT_OK_AND_ASSIGN(request.plan.filter, iceberg::ParseExpressionText("nobody = 1"));
  EXPECT_THAT(written_.Open(request), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
