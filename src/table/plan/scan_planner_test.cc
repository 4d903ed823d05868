#include "table/plan/scan_planner.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "iceberg/schema/literal_binary.h"
#include "table/plan/testing/planned_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::DataFileOf;
using testing::DeletionVector;
using ::testing::ElementsAre;
using testing::EqualityDeletes;
using ::testing::IsEmpty;
using testing::PlannedTable;
using testing::PositionDeletes;

constexpr int32_t kDay = 20'000;  // 2024-10-04

TEST(ScanPlanTest, AnEmptyTableHasNoFiles) {
  PlannedTable table;
  EXPECT_THAT(table.Files("id = 1"), IsOkAnd(IsEmpty()));
}

TEST(ScanPlanTest, FilesComeInTheOrderOfTheList) {
  PlannedTable table;
  for (int i = 0; i < 20; ++i) {
    table.Commit({DataFileOf("f" + std::to_string(i), kDay + i, 0, 9)});
  }
  auto files = table.Files(ScanRequest{});
  ASSERT_THAT(files, IsOk());
  ASSERT_EQ(files->size(), 20U);
  for (size_t i = 0; i < files->size(); ++i) {
    EXPECT_EQ((*files)[i], "f" + std::to_string(i));
  }
}

TEST(ScanPlanTest, PrunesByPartitionAndBounds) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay + 1, 10, 19)});
  table.Commit({DataFileOf("c", kDay, 10, 19), DataFileOf("d", kDay, 20, 29)});
  EXPECT_THAT(table.Files("day = '2024-10-04'"), IsOkAnd(ElementsAre("a", "c", "d")));
  EXPECT_THAT(table.Files("id = 12"), IsOkAnd(ElementsAre("b [id = 12]", "c [id = 12]")));
  EXPECT_THAT(table.Files("id = 12 and day = '2024-10-04'"), IsOkAnd(ElementsAre("c [id = 12]")));
  EXPECT_THAT(table.Files("day = '2025-01-01'"), IsOkAnd(IsEmpty()));
}

TEST(ScanPlanTest, ManifestsWithinASnapshotTellTheirSpec) {
  PlannedTable table(1);
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay + 1, 10, 19)});
  table.ChangeSpec(
      R"({"fields":[{"name":"day","transform":"void","source-id":2,"field-id":1000}]})");
  iceberg::DataFile unpartitioned = DataFileOf("c", kDay, 20, 29);
  unpartitioned.partition = {};
  table.EmbedNext();
  table.Commit({unpartitioned});
  EXPECT_THAT(table.Files("day = '2024-10-04'"),
              IsOkAnd(ElementsAre("a", ::testing::StartsWith("c [day = "))));
}

TEST(ScanPlanTest, CountsWhatItLeftOut) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay + 5, 0, 9)});
  table.Commit({DataFileOf("b", kDay, 0, 9), DataFileOf("c", kDay, 10, 19),
                DataFileOf("d", kDay + 1, 0, 9)});
  ScanRequest request;
  request.filter = *iceberg::ParseExpressionText("id = 12 and day = '2024-10-04'");
  auto plan = table.Plan(request);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->counts().total_data_manifests, 2);
  EXPECT_EQ(plan->counts().skipped_data_manifests, 1);
  auto tasks = plan->TasksOf(0);
  ASSERT_THAT(tasks, IsOk());
  EXPECT_EQ(tasks->counts.skipped_by_partition, 1);
  EXPECT_EQ(tasks->counts.skipped_by_metrics, 1);
  EXPECT_EQ(tasks->counts.result_data_files, 1);
}

TEST(ScanPlanTest, DeletesTouchOlderFilesOfTheirPartition) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay + 1, 0, 9)});
  table.Commit(
      {DataFileOf("c", kDay, 0, 9), PositionDeletes("p", kDay), EqualityDeletes("e", kDay, 0, 9)},
      "overwrite");
  table.Commit({DataFileOf("d", kDay, 0, 9)});
  // Positions count for files of the same commit, values for older ones.
  EXPECT_THAT(table.Files(ScanRequest{}), IsOkAnd(ElementsAre("a -p -e", "b", "c -p", "d")));
}

TEST(ScanPlanTest, EqualityDeletesOfOtherValuesAreLeftOut) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay, 10, 19)});
  table.Commit({EqualityDeletes("e", kDay, 12, 14)}, "delete");
  EXPECT_THAT(table.Files(ScanRequest{}), IsOkAnd(ElementsAre("a", "b -e")));
}

TEST(ScanPlanTest, AScanFindsTheSameDeletesWhateverTheSchemaIsByNow) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay, 10, 19)});
  ScanRequest request;
  request.scan = SnapshotScan{table.Commit({EqualityDeletes("e", kDay, 12, 14)}, "delete")};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a", "b -e")));
  table.ChangeSchema(R"({"id":2,"name":"day","required":false,"type":"date"})");
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a", "b -e")));
}

TEST(ScanPlanTest, BoundsThatExcludeEachOtherExcludeNoDeletes) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 9, 0)});
  table.Commit({EqualityDeletes("e", kDay, 20, 24)}, "delete");
  EXPECT_THAT(table.Files(ScanRequest{}), IsOkAnd(ElementsAre("a -e")));
}

/// The least and the greatest uuid of a file, whichever the writer takes them for.
iceberg::DataFile WithKeys(iceberg::DataFile file, std::string_view low, std::string_view high) {
  const iceberg::FieldId key{4};
  auto bytes = [](std::string_view text) {
    return iceberg::EncodeLiteral(iceberg::Literal(*Uuid::Parse(text)));
  };
  file.value_counts = {{key, file.record_count}};
  file.null_value_counts = {{key, 0}};
  file.lower_bounds = {{key, bytes(low)}};
  file.upper_bounds = {{key, bytes(high)}};
  return file;
}

TEST(ScanPlanTest, UuidBoundsOfJavasOrderExcludeNoDeletes) {
  PlannedTable table;
  // Java compares halves as signed numbers: 8... comes before 1... there.
  constexpr std::string_view kLow = "10000000-0000-4000-8000-000000000000";
  constexpr std::string_view kMiddle = "10000000-0000-4000-1000-000000000000";
  constexpr std::string_view kHigh = "20000000-0000-4000-1000-000000000000";
  table.Commit({WithKeys(DataFileOf("a", kDay, 0, 9), kLow, kHigh)});
  iceberg::DataFile deletes = WithKeys(EqualityDeletes("e", kDay, 0, 9), kMiddle, kMiddle);
  deletes.equality_ids = {iceberg::FieldId(4)};
  table.Commit({std::move(deletes)}, "delete");
  EXPECT_THAT(table.Files(ScanRequest{}), IsOkAnd(ElementsAre("a -e")));
}

TEST(ScanPlanTest, ADeletionVectorReplacesPositionDeletes) {
  PlannedTable table(3);
  table.Commit({DataFileOf("a", kDay, 0, 9), DataFileOf("b", kDay, 0, 9)});
  table.Commit({DeletionVector("v", kDay, "s3://warehouse/t/data/a")}, "delete");
  EXPECT_THAT(table.Files(ScanRequest{}), IsOkAnd(ElementsAre("a -v", "b")));
}

TEST(ScanPlanTest, TwoVectorsOfOneFileAreCorrupt) {
  PlannedTable table(3);
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  table.Commit({DeletionVector("v", kDay, "s3://warehouse/t/data/a")}, "delete");
  table.Commit({DeletionVector("w", kDay, "s3://warehouse/t/data/a")}, "delete");
  EXPECT_THAT(table.Files(ScanRequest{}), IsError(ErrorCode::kInvalidMetadata));
}

TEST(ScanPlanTest, ReadsOlderSnapshots) {
  PlannedTable table;
  auto first = table.Commit({DataFileOf("a", kDay, 0, 9)});
  table.Commit({DataFileOf("b", kDay, 0, 9)});
  ScanRequest request;
  request.scan = SnapshotScan{first};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a")));
  request.scan = SnapshotScan{AsOf{table.metadata()->snapshot_log.begin()->timestamp}};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a")));
  request.scan = SnapshotScan{AsOf{TimestampMs(0)}};
  EXPECT_THAT(table.Files(request), IsError(ErrorCode::kNotFound));
  request.scan = SnapshotScan{RefName{"main"}};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a", "b")));
  request.scan = SnapshotScan{RefName{"none"}};
  EXPECT_THAT(table.Files(request), IsError(ErrorCode::kNotFound));
  request.scan = SnapshotScan{iceberg::SnapshotId(77)};
  EXPECT_THAT(table.Files(request), IsError(ErrorCode::kNotFound));
}

TEST(ScanPlanTest, AppendScansReadWhatAppendsBrought) {
  PlannedTable table;
  auto first = table.Commit({DataFileOf("a", kDay, 0, 9)});
  table.Commit({DataFileOf("b", kDay, 0, 9)});
  table.Commit({DataFileOf("c", kDay, 0, 9), EqualityDeletes("e", kDay, 0, 9)}, "overwrite");
  auto last = table.Commit({DataFileOf("d", kDay, 0, 9)});
  ScanRequest request;
  request.scan = AppendScan{first, std::nullopt};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("b", "d")));
  request.scan = AppendScan{std::nullopt, first};
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a")));
  request.scan = AppendScan{last, first};
  EXPECT_THAT(table.Files(request), IsError(ErrorCode::kInvalidArgument));
}

TEST(ScanPlanTest, AMissingManifestIsNamed) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  ASSERT_THAT(table.store().Delete("s3://warehouse/t/metadata/1-data.avro"), IsOk());
  EXPECT_THAT(table.Files(ScanRequest{}), IsError(ErrorCode::kNotFound));
}

TEST(ScanPlanTest, PiecesOfAManifestAreTheManifest) {
  PlannedTable table;
  std::vector<iceberg::DataFile> added;
  for (int i = 0; i < 2000; ++i) {
    added.push_back(DataFileOf("f" + std::to_string(i), kDay + i % 3, i, i));
  }
  table.Commit(added);
  table.Commit({EqualityDeletes("e", kDay, 100, 1200)}, "delete");
  ScanRequest request;
  request.filter = *iceberg::ParseExpressionText("id < 1500 and day != '2024-10-05'");
  ASSERT_OK_AND_ASSIGN(ScanPlan plan, table.Plan(request));
  ASSERT_OK_AND_ASSIGN(ManifestTasks all, plan.TasksOf(0));
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(all.next_row, 2000U);
  for (TaskRange range : {TaskRange{.enough_files = 1}, TaskRange{.until = MonotonicTime::min()},
                          TaskRange{.end_row = 700}}) {
    std::vector<uint32_t> rows;
    std::vector<size_t> deletes;
    while (range.first_row < 2000) {
      ASSERT_OK_AND_ASSIGN(ManifestTasks tasks, plan.TasksOf(0, range));
      ASSERT_GT(tasks.next_row, range.first_row);
      for (const FileTask& file : tasks.files) {
        EXPECT_GE(file.row, range.first_row);
        EXPECT_LT(file.row, tasks.next_row);
        rows.push_back(file.row);
        deletes.push_back(file.deletes.size());
      }
      EXPECT_EQ(tasks.whole, tasks.next_row == std::min(range.end_row, 2000U));
      range.first_row = tasks.next_row;
      range.end_row = range.end_row == 700 ? 1400 : TaskRange().end_row;
    }
    ASSERT_EQ(rows.size(), all.files.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i], all.files[i].row);
      EXPECT_EQ(deletes[i], all.files[i].deletes.size());
    }
  }
}

TEST(ScanPlanTest, WhatIsNotAllowedIsNotRead) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  PlanContext context = table.context();
  std::vector<std::string> asked;
  context.check = [&](std::string_view location) -> Status {
    asked.emplace_back(location);
    return location.ends_with("data.avro") ? Status(Error(ErrorCode::kForbidden, "no")) : Status();
  };
  ASSERT_OK_AND_ASSIGN(ScanPlan plan, ScanPlan::Begin(context, table.metadata(), {}));
  EXPECT_THAT(plan.TasksOf(0), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(asked, ElementsAre("s3://warehouse/t/metadata/snap-1.avro",
                                 "s3://warehouse/t/metadata/1-data.avro"));
}

TEST(ScanPlanTest, PlanningStopsWhenItIsTold) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  std::stop_source stop;
  PlanContext context = table.context();
  context.stop = stop.get_token();
  ASSERT_OK_AND_ASSIGN(ScanPlan plan, ScanPlan::Begin(context, table.metadata(), {}));
  EXPECT_THAT(plan.TasksOf(0), IsOk());
  stop.request_stop();
  EXPECT_THAT(plan.TasksOf(0), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(ScanPlan::Begin(context, table.metadata(), {}), IsError(ErrorCode::kUnavailable));
}

TEST(ScanPlanTest, ASchemaMayBePinned) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  ScanRequest request;
  request.schema_id = iceberg::SchemaId(0);
  EXPECT_THAT(table.Files(request), IsOkAnd(ElementsAre("a")));
  request.schema_id = iceberg::SchemaId(7);
  EXPECT_THAT(table.Files(request), IsError(ErrorCode::kNotFound));
}

TEST(ScanPlanTest, AnUnknownColumnIsRefused) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  EXPECT_THAT(table.Files("nope = 1"), IsError(ErrorCode::kInvalidArgument));
}

TEST(ScanPlanTest, SecondPlansReadNothing) {
  PlannedTable table;
  table.Commit({DataFileOf("a", kDay, 0, 9)});
  ASSERT_THAT(table.Files("id = 1"), IsOk());
  ASSERT_THAT(table.store().Delete("s3://warehouse/t/metadata/1-data.avro"), IsOk());
  EXPECT_THAT(table.Files("id = 1"), IsOkAnd(ElementsAre("a [id = 1]")));
}

}  // namespace
}  // namespace firn::table
