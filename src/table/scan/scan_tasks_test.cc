// Packing of planned files that do not exist, as the numbers say.
#include "table/scan/scan_tasks.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/plan/testing/planned_table.h"
#include "table/scan/table_scan.h"
#include "table/write/testing/written_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::DataFileOf;
using testing::DeletionVector;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PlannedTable;
using testing::PositionDeletes;
using ::testing::SizeIs;
using testing::WrittenTable;

constexpr int32_t kTaskDay = 20'000;

class ScanTasksTest : public ::testing::Test {
 protected:
  explicit ScanTasksTest(iceberg::FormatVersion version = 2) : table_(version) {}

  static int32_t DayOf(const iceberg::DataFile& file) {
    return *file.partition.fields[0].second.As<int32_t>();
  }

  /// A file of 10 rows in a partition of its own.
  static iceberg::DataFile FileOf(int64_t bytes, std::vector<int64_t> split_offsets = {}) {
    static int number = 0;
    ++number;
    iceberg::DataFile file = DataFileOf(fmt::format("f{}", number), kTaskDay + number, 0, 9);
    file.file_size_bytes = bytes;
    file.split_offsets = std::move(split_offsets);
    return file;
  }

  Result<std::vector<ScanTask>> Pack(const TaskSizes& sizes) {
    ASSIGN_OR_RETURN(ScanPlan plan, table_.Plan({}));
    std::vector<ScanTask> tasks;
    RETURN_IF_ERROR(PackTasks(plan, sizes, [&](ScanTask task) -> Status {
      EXPECT_EQ(task.number, std::ssize(tasks));
      tasks.push_back(std::move(task));
      return {};
    }));
    return tasks;
  }

  /// The weights of the tasks, in order.
  Result<std::vector<int64_t>> Weights(const TaskSizes& sizes) {
    ASSIGN_OR_RETURN(auto tasks, Pack(sizes));
    std::vector<int64_t> weights;
    for (const ScanTask& task : tasks) {
      weights.push_back(task.weight);
    }
    return weights;
  }

  PlannedTable table_;
};

TEST_F(ScanTasksTest, AnEmptyTableHasNone) { EXPECT_THAT(Pack({}), IsOkAnd(IsEmpty())); }

TEST_F(ScanTasksTest, APartGoesWhereThereIsRoom) {
  table_.Commit({FileOf(60), FileOf(50), FileOf(40), FileOf(30), FileOf(21)});
  ASSERT_OK_AND_ASSIGN(auto tasks,
                       Pack({.target_bytes = 100, .lookback = 10, .open_file_bytes = 1}));
  ASSERT_THAT(tasks, SizeIs(3));
  EXPECT_THAT(std::vector({tasks[0].bytes, tasks[1].bytes, tasks[2].bytes}),
              ElementsAre(60 + 40, 50 + 30, 21));
  EXPECT_EQ(tasks[0].files, 2);
  EXPECT_EQ(tasks[0].rows, 20);
}

TEST_F(ScanTasksTest, TheHeaviestIsDoneWhenTooManyAreOpen) {
  table_.Commit({FileOf(60), FileOf(50), FileOf(70), FileOf(45)});
  EXPECT_THAT(Weights({.target_bytes = 100, .lookback = 1, .open_file_bytes = 1}),
              IsOkAnd(ElementsAre(60, 70, 95)));
}

TEST_F(ScanTasksTest, FilesWeighWhatOpeningCosts) {
  table_.Commit({FileOf(1), FileOf(1), FileOf(1), FileOf(1)});
  EXPECT_THAT(Weights({.target_bytes = 100, .lookback = 10, .open_file_bytes = 30}),
              IsOkAnd(ElementsAre(90, 30)));
}

class ScanTasksWithVectorsTest : public ScanTasksTest {
 protected:
  ScanTasksWithVectorsTest() : ScanTasksTest(3) {}
};

TEST_F(ScanTasksWithVectorsTest, VectorsWeighTheirPartOfTheFile) {
  const iceberg::DataFile marked = FileOf(200);
  const iceberg::DataFile plain = FileOf(200);
  table_.Commit({marked, plain});
  table_.Commit({DeletionVector("v", DayOf(marked), marked.path)}, "delete");
  EXPECT_THAT(Weights({.target_bytes = 1, .lookback = 10, .open_file_bytes = 1}),
              IsOkAnd(ElementsAre(240, 200)));
  EXPECT_THAT(Weights({.target_bytes = 1, .lookback = 10, .open_file_bytes = 150}),
              IsOkAnd(ElementsAre(300, 200)));
}

TEST_F(ScanTasksTest, PositionDeletesWeighTheirFile) {
  const iceberg::DataFile marked = FileOf(200);
  table_.Commit({marked});
  table_.Commit({PositionDeletes("p", DayOf(marked))}, "delete");
  ASSERT_OK_AND_ASSIGN(auto tasks, Pack({.open_file_bytes = 1}));
  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].weight, 200 + 1000);
  EXPECT_EQ(tasks[0].bytes, 200);
  EXPECT_EQ(tasks[0].delete_files, 1);
}

TEST_F(ScanTasksTest, FilesAboveTheTargetAreCutAndJoinedWhereSpansAdjoin) {
  table_.Commit({FileOf(300, {4, 100, 200}), FileOf(100, {4, 50})});
  ASSERT_OK_AND_ASSIGN(auto tasks,
                       Pack({.target_bytes = 210, .lookback = 10, .open_file_bytes = 1}));
  ASSERT_THAT(tasks, SizeIs(2));
  ASSERT_THAT(tasks[0].parts, SizeIs(1));
  EXPECT_EQ(tasks[0].parts[0].span, (FileSpan{0, 200}));
  EXPECT_EQ(tasks[0].parts[0].bytes, 200);
  EXPECT_EQ(tasks[0].parts[0].rows, 6);
  EXPECT_EQ(tasks[0].files, 1);
  ASSERT_THAT(tasks[1].parts, SizeIs(2));
  EXPECT_EQ(tasks[1].parts[0].span, FileSpan{200});
  EXPECT_EQ(tasks[1].parts[0].rows, 4);
  EXPECT_EQ(tasks[1].parts[1].span, FileSpan()) << "not above the target";
}

TEST_F(ScanTasksTest, SizesThatNobodyMeansStayInRange) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  table_.Commit({FileOf(kMost, {4, 100}), FileOf(0)});
  EXPECT_THAT(Weights({.target_bytes = kMost, .lookback = 10, .open_file_bytes = kMost}),
              IsOkAnd(ElementsAre(kMost)));
  EXPECT_THAT(Weights({.target_bytes = 100, .lookback = 10, .open_file_bytes = 1}),
              IsOkAnd(ElementsAre(100, kMost - 100, 1)));
}

TEST_F(ScanTasksTest, SizesAreThePropertiesUnlessGiven) {
  iceberg::TableMetadata metadata = *table_.metadata();
  EXPECT_THAT(ReadTaskSizes(metadata, {}), IsOkAnd(TaskSizes()));
  EXPECT_THAT(ReadTaskSizes(metadata, {.target_bytes = 5, .lookback = 6, .open_file_bytes = 7}),
              IsOkAnd(TaskSizes{.target_bytes = 5, .lookback = 6, .open_file_bytes = 7}));
  const auto with = [&](iceberg::PropertyMap properties) {
    metadata.properties = {std::move(properties), "{}"};
    return ReadTaskSizes(metadata, {.lookback = 6});
  };
  EXPECT_THAT(with({{"read.split.target-size", "1000"},
                    {"read.split.planning-lookback", "2"},
                    {"read.split.open-file-cost", "3"}}),
              IsOkAnd(TaskSizes{.target_bytes = 1000, .lookback = 6, .open_file_bytes = 3}));
  for (const char* name : {"read.split.target-size", "read.split.open-file-cost"}) {
    for (const char* value : {"0", "-1", "many"}) {
      auto refused = with({{name, value}});
      ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument)) << name << value;
      EXPECT_THAT(refused.error().Describe(), ::testing::HasSubstr(name));
    }
  }
  metadata = *table_.metadata();
  for (int64_t wrong : {int64_t{0}, int64_t{-1}}) {
    EXPECT_THAT(ReadTaskSizes(metadata, {.target_bytes = wrong}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ReadTaskSizes(metadata, {.lookback = wrong}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(ReadTaskSizes(metadata, {.open_file_bytes = wrong}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(Pack({.target_bytes = wrong}), IsError(ErrorCode::kInvalidArgument));
  }
}

class ScanOfATaskTest : public ::testing::Test {
 protected:
  /// Tasks of one file each.
  static TaskChoice One(int64_t number, int64_t count) {
    return {.sizes = {.target_bytes = 1}, .number = number, .count = count};
  }

  TableScanRequest Pinned(TaskChoice task) const {
    TableScanRequest request{.task = task};
    request.plan.scan = SnapshotScan{*written_.table.metadata->current_snapshot_id};
    return request;
  }

  WrittenTable written_;
};

TEST_F(ScanOfATaskTest, ItsRowsAreTheTasks) {
  written_.Append(0, 250);
  std::vector<int64_t> ids;
  for (int64_t number : {0, 1, 2}) {
    ASSERT_OK_AND_ASSIGN(auto scan, written_.Open(Pinned(One(number, 3))));
    ASSERT_OK_AND_ASSIGN(auto some, WrittenTable::Drain(*scan));
    ids.insert(ids.end(), some.begin(), some.end());
    EXPECT_EQ(scan->counts().plan.result_data_files, 1);
    EXPECT_EQ(scan->counts().plan.result_rows, std::ssize(some));
    EXPECT_EQ(scan->counts().plan.scanned_data_manifests, 1);
    EXPECT_EQ(scan->counts().direct_files, 1);
  }
  std::ranges::sort(ids);
  EXPECT_EQ(ids, testing::Range(0, 250));
}

TEST_F(ScanOfATaskTest, TheOnesThatAreNotThereAreRefused) {
  written_.Append(0, 250);
  for (int64_t number : {-1, 3}) {
    auto refused = written_.Open(Pinned(One(number, 3)));
    ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("has 3 tasks"));
  }
  auto refused = written_.Open(Pinned(One(0, 2)));
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("has 3 tasks, not 2"));
}

TEST_F(ScanOfATaskTest, ItsSnapshotIsNamedByItsId) {
  const iceberg::SnapshotId first = written_.Append(0, 100);
  const iceberg::SnapshotId second = written_.Append(100, 100);
  const auto ids = [&](auto scan) {
    TableScanRequest request{.task = One(0, 1)};
    request.plan.scan = scan;
    return written_.SortedIds(request);
  };
  EXPECT_THAT(ids(SnapshotScan{}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ids(SnapshotScan{RefName{"main"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ids(SnapshotScan{AsOf{written_.clock.Now()}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ids(AppendScan{.from = first}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ids(SnapshotScan{first}), IsOkAnd(testing::Range(0, 100)));
  EXPECT_THAT(ids(AppendScan{.from = first, .to = second}), IsOkAnd(testing::Range(100, 100)));
}

TEST_F(ScanOfATaskTest, ALimitIsOfTheTask) {
  written_.Append(0, 250);
  TableScanRequest request = Pinned(One(1, 3));
  request.limit = 5;
  EXPECT_THAT(written_.Ids(request), IsOkAnd(SizeIs(5)));
}

}  // namespace
}  // namespace firn::table
