// Scans of real files in memory: written by columnar/write, committed by table/commit.
#include "table/scan/table_scan.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "columnar/write/delete_writers.h"
#include "columnar/write/table_file_writer.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/metadata/testing/tables.h"
#include "storage/memory_object_store.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/testing/memory_table_store.h"

namespace firn::table {
namespace {

using columnar::testing::Longs;
using columnar::testing::Texts;
using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A table partitioned by bucket[4](id).
class TableScanTest : public ::testing::Test {
 protected:
  TableScanTest() { table_ = catalog_.Create(kName, iceberg::testing::NewTestTable(2)); }

  std::vector<AddedFile> WriteRows(int64_t begin, int64_t rows) {
    std::vector<int64_t> ids(static_cast<size_t>(rows));
    std::iota(ids.begin(), ids.end(), begin);
    std::vector<std::string> names;
    for (int64_t id : ids) {
      names.push_back("n" + std::to_string(id % 3));
    }
    auto batch = arrow::RecordBatch::Make(
        arrow::schema({arrow::field("id", arrow::int64()), arrow::field("name", arrow::utf8())}),
        rows, {Longs(ids), Texts(names)});
    const iceberg::Schema& schema = table_.metadata->current_schema();
    auto writer = columnar::TableFileWriter::Make(
        {.schema = schema,
         .spec = table_.metadata->default_spec(),
         .sort_order = {},
         .properties = columnar::ReadWriteProperties({}, schema, {}).value(),
         .target = {.store = *files_,
                    .folder = table_.metadata->location + "/data",
                    .prefix = "w" + std::to_string(++writes_)},
         .limits = {}},
        *batch->schema());
    EXPECT_THAT(writer, IsOk());
    EXPECT_THAT((*writer)->Write(*batch), IsOk());
    auto files = (*writer)->Finish();
    EXPECT_THAT(files, IsOk());
    std::vector<AddedFile> added;
    for (iceberg::DataFile& file : *files) {
      added.push_back({std::move(file), table_.metadata->default_spec().id, std::nullopt});
    }
    return added;
  }

  iceberg::SnapshotId Commit(SnapshotChange change) {
    SnapshotAction action(table_, std::move(change), {}, tools_);
    auto committed = CommitAction(catalog_, table_, action, tools_);
    EXPECT_THAT(committed, IsOk());
    table_ = *std::move(committed);
    return table_.metadata->current_snapshot()->id;
  }
  iceberg::SnapshotId AppendRows(int64_t begin, int64_t rows) {
    return Commit(Append(WriteRows(begin, rows), ManifestMerging::kNever));
  }

  Result<std::unique_ptr<TableScan>> Open(const TableScanRequest& request) {
    return TableScan::Open(context_, table_, request);
  }
  /// Column 0 of all batches, in order.
  static Result<std::vector<int64_t>> Drain(TableScan& scan) {
    std::vector<int64_t> values;
    while (true) {
      ASSIGN_OR_RETURN(auto batch, scan.Next());
      if (batch == nullptr) {
        return values;
      }
      EXPECT_GT(batch->num_rows(), 0);
      EXPECT_TRUE(batch->schema()->Equals(*scan.schema()));
      const auto& longs = static_cast<const arrow::Int64Array&>(*batch->column(0));
      for (int64_t i = 0; i < longs.length(); ++i) {
        values.push_back(longs.Value(i));
      }
    }
  }
  Result<std::vector<int64_t>> Ids(TableScanRequest request = {}) {
    request.columns = {"id"};
    ASSIGN_OR_RETURN(auto scan, Open(request));
    return Drain(*scan);
  }
  static std::vector<int64_t> Range(int64_t begin, int64_t rows) {
    std::vector<int64_t> ids(static_cast<size_t>(rows));
    std::iota(ids.begin(), ids.end(), begin);
    return ids;
  }
  static std::vector<int64_t> Sorted(std::vector<int64_t> values) {
    std::ranges::sort(values);
    return values;
  }

  inline static const TableIdentifier kName{NamespacePath{{"ns"}}, "t"};
  SystemClock clock_;
  ThreadPool pool_{2};
  std::shared_ptr<storage::InMemoryObjectStore> files_ =
      std::make_shared<storage::InMemoryObjectStore>(clock_);
  ManifestCache manifests_{64 << 20};
  testing::MemoryTableStore catalog_{files_, clock_};
  CommitTools tools_ = SystemCommitTools(clock_, pool_);
  ScanContext context_{.manifests = manifests_, .pool = pool_, .read = {.batch_rows = 16}};
  Table table_;
  int writes_ = 0;
};

TEST_F(TableScanTest, AnEmptyTableHasNoRows) {
  ASSERT_OK_AND_ASSIGN(auto scan, Open({}));
  EXPECT_EQ(scan->schema()->num_fields(), 3);
  EXPECT_THAT(Drain(*scan), firn::testing::IsOkAnd(IsEmpty()));
}

TEST_F(TableScanTest, EveryRowComesOnceInAnOrderThatStays) {
  AppendRows(0, 300);
  AppendRows(300, 50);
  ASSERT_OK_AND_ASSIGN(auto ids, Ids());
  EXPECT_EQ(Sorted(ids), Range(0, 350));
  for (size_t readers : {1, 3, 8}) {
    context_.readers = readers;
    context_.max_waiting_bytes = 1;  // readers wait for one another
    ASSERT_OK_AND_ASSIGN(auto again, Ids());
    EXPECT_EQ(again, ids) << readers;
  }
}

TEST_F(TableScanTest, AFilterLeavesFilesAndRowsOut) {
  AppendRows(0, 100);
  AppendRows(100, 100);
  TableScanRequest request{.columns = {"id"}};
  ASSERT_OK_AND_ASSIGN(request.plan.filter,
                       iceberg::ParseExpressionText("id < 10 and name = 'n1'"));
  ASSERT_OK_AND_ASSIGN(auto scan, Open(request));
  ASSERT_OK_AND_ASSIGN(auto ids, Drain(*scan));
  EXPECT_THAT(Sorted(ids), ElementsAre(1, 4, 7));
  ScanCounts counts = scan->counts();
  EXPECT_EQ(counts.direct_files, 4);
  EXPECT_EQ(counts.plan.skipped_data_files(), 4);
}

TEST_F(TableScanTest, ALimitEndsTheScan) {
  AppendRows(0, 200);
  ASSERT_OK_AND_ASSIGN(auto all, Ids());
  for (int64_t limit : {0, 1, 16, 17, 100, 1000}) {
    ASSERT_OK_AND_ASSIGN(auto ids, Ids({.limit = limit}));
    all.resize(std::min(all.size(), static_cast<size_t>(200)));
    std::vector<int64_t> expected(all.begin(), all.begin() + std::min<int64_t>(limit, 200));
    EXPECT_EQ(ids, expected) << limit;
  }
  EXPECT_THAT(Ids({.limit = -1}), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(TableScanTest, ASnapshotIsReadAsItWas) {
  auto first = AppendRows(0, 10);
  auto second = AppendRows(10, 10);
  TableScanRequest request;
  request.plan.scan = SnapshotScan{first};
  ASSERT_OK_AND_ASSIGN(auto ids, Ids(request));
  EXPECT_EQ(Sorted(ids), Range(0, 10));
  request.plan.scan = AppendScan{.from = first, .to = second};
  ASSERT_OK_AND_ASSIGN(ids, Ids(request));
  EXPECT_EQ(Sorted(ids), Range(10, 10));
  request.plan.scan = SnapshotScan{iceberg::SnapshotId(1)};
  EXPECT_THAT(Ids(request), IsError(ErrorCode::kNotFound));
}

TEST_F(TableScanTest, DeletedRowsAreLeftOut) {
  std::vector<AddedFile> files = WriteRows(0, 40);
  const iceberg::DataFile data = files.front().file;
  Commit(Append(std::move(files), ManifestMerging::kNever));
  ASSERT_OK_AND_ASSIGN(auto before, Ids());
  auto deletes = columnar::WritePositionDeletes(
      {.store = *files_, .folder = table_.metadata->location + "/data", .prefix = "d"},
      columnar::ReadWriteProperties({}, table_.metadata->current_schema(), {}).value(),
      data.partition, {{data.path, {0, 2}}});
  ASSERT_THAT(deletes, firn::testing::IsOkAnd(SizeIs(1)));
  RowChanges changes;
  changes.added.push_back({deletes->front(), table_.metadata->default_spec().id, std::nullopt});
  Commit(RowDelta(std::move(changes), {.snapshot = table_.metadata->current_snapshot()->id}));

  ASSERT_OK_AND_ASSIGN(auto scan, Open({.columns = {"id", "_file", "_pos"}}));
  ASSERT_OK_AND_ASSIGN(auto after, Drain(*scan));
  EXPECT_EQ(after.size(), before.size() - 2);
  ScanCounts counts = scan->counts();
  EXPECT_EQ(counts.merged_files, 1) << "one deleted row switches only the file it lies in";
  EXPECT_EQ(counts.direct_files, 3);
  EXPECT_EQ(counts.read.rows_deleted, 2);
}

TEST_F(TableScanTest, AFileThatIsGoneIsAnErrorAfterWhatCameBefore) {
  AppendRows(0, 40);
  ASSERT_OK_AND_ASSIGN(auto scan, Open({.columns = {"id"}}));
  ASSERT_OK_AND_ASSIGN(auto all, Drain(*scan));
  ASSERT_OK_AND_ASSIGN(auto tasks, scan->plan().TasksOf(0));
  ASSERT_GE(tasks.files.size(), 2U);
  std::string second(tasks.manifest->paths[tasks.files[1].row]);
  ASSERT_THAT(files_->Delete(second), IsOk());
  ASSERT_OK_AND_ASSIGN(scan, Open({.columns = {"id"}}));
  size_t rows = 0;
  Result<std::shared_ptr<arrow::RecordBatch>> batch = scan->Next();
  while (batch.has_value() && *batch != nullptr) {
    rows += static_cast<size_t>((*batch)->num_rows());
    batch = scan->Next();
  }
  EXPECT_THAT(batch, IsError(ErrorCode::kNotFound));
  EXPECT_EQ(rows, static_cast<size_t>(tasks.manifest->record_counts[tasks.files[0].row]));
  EXPECT_LT(rows, all.size());
}

TEST_F(TableScanTest, AScanThatIsDroppedEndsItsReaders) {
  AppendRows(0, 1000);
  AppendRows(1000, 1000);
  context_.max_waiting_bytes = 1;
  context_.readers = 4;
  ASSERT_OK_AND_ASSIGN(auto scan, Open({}));
  EXPECT_THAT(scan->Next(), IsOk());
  scan.reset();  // returns
}

TEST_F(TableScanTest, RequestsThatDoNotFitAreRefused) {
  AppendRows(0, 10);
  EXPECT_THAT(Open({.columns = {"nobody"}}), IsError(ErrorCode::kInvalidArgument));
  TableScanRequest request;
  ASSERT_OK_AND_ASSIGN(request.plan.filter, iceberg::ParseExpressionText("nobody = 1"));
  EXPECT_THAT(Open(request), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
