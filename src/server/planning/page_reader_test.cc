// Pages of a plan and slices of its rest: together they are the plan, whatever their size.
#include "server/planning/page_reader.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "server/planning/testing/names_sink.h"
#include "table/plan/testing/planned_table.h"

namespace firn::planning {
namespace {

using firn::testing::IsError;
using table::testing::DataFileOf;
using table::testing::PlannedTable;
using ::testing::ElementsAre;
using testing::NamesSink;
using ::testing::SizeIs;

constexpr uint32_t kAllRows = std::numeric_limits<uint32_t>::max();

class PageReaderTest : public ::testing::Test {
 protected:
  /// A manifest of files with ids in steps of 10.
  void Append(int files) {
    std::vector<iceberg::DataFile> added;
    for (int i = 0; i < files; ++i, ++next_) {
      added.push_back(DataFileOf("f" + std::to_string(next_), 1, next_ * 10, next_ * 10 + 9));
    }
    table_.Commit(std::move(added));
  }
  table::ScanPlan Plan(std::string_view filter = "true") {
    table::ScanRequest request;
    request.filter = *iceberg::ParseExpressionText(filter);
    auto plan = table_.Plan(request);
    EXPECT_TRUE(plan.has_value());
    return *std::move(plan);
  }
  /// All names of a plan that is read in pages of `page` files, its rest cut in slices each time.
  static std::vector<std::string> ReadAll(const table::ScanPlan& plan, size_t page) {
    std::vector<std::string> names;
    std::vector<PlanSlice> slices = {
        {.begin = 0, .end = static_cast<uint32_t>(plan.manifest_count())}};
    while (!slices.empty()) {
      PlanSlice slice = slices.front();
      slices.erase(slices.begin());
      NamesSink sink(page);
      PageReader reader(plan, slice, {.files = static_cast<int64_t>(page)}, sink);
      auto rest = reader.Read();
      EXPECT_TRUE(rest.has_value());
      EXPECT_LE(sink.names.size(), page);
      names.insert(names.end(), sink.names.begin(), sink.names.end());
      std::vector<PlanSlice> more;
      if (!rest->empty()) {
        more = CutSlice(plan, *rest, static_cast<int64_t>(page));
      }
      slices.insert(slices.begin(), more.begin(), more.end());
    }
    return names;
  }

  PlannedTable table_;
  int next_ = 0;
};

TEST_F(PageReaderTest, PagesOfAnySizeAreThePlan) {
  for (int files : {3, 1, 7, 600, 2}) {
    Append(files);
  }
  std::vector<std::string> all;
  for (int i = 0; i < next_; ++i) {
    all.push_back("f" + std::to_string(i));
  }
  table::ScanPlan plan = Plan();
  for (size_t page : {1, 2, 5, 100, 1000}) {
    EXPECT_EQ(ReadAll(plan, page), all) << page;
  }
}

TEST_F(PageReaderTest, WhatMatchesNothingIsPassed) {
  for (int i = 0; i < 40; ++i) {
    Append(5);
  }
  EXPECT_THAT(ReadAll(Plan("id >= 991 and id < 1021"), 2),
              ElementsAre("f99", "f100", "f101", "f102"));
}

TEST_F(PageReaderTest, APageEndsWhenItIsLate) {
  Append(1000);
  Append(3);
  table::ScanPlan plan = Plan();
  NamesSink sink(10'000);
  PageReader reader(plan, {.begin = 0, .end = 2}, {.files = 300, .until = MonotonicTime::min()},
                    sink);
  ASSERT_OK_AND_ASSIGN(PlanSlice rest, reader.Read());
  EXPECT_FALSE(rest.empty());
  EXPECT_EQ(rest.begin, 0U);
  EXPECT_EQ(rest.first_row, sink.names.size());
  EXPECT_EQ(rest.first_row, 300U) << "some rows are looked at always";
}

TEST_F(PageReaderTest, EnoughRowsEndThePlan) {
  Append(5);
  Append(5);
  table::ScanPlan plan = Plan();
  NamesSink sink(100);
  PageReader reader(plan, {.begin = 0, .end = 2}, {.files = 100, .min_rows = 45}, sink);
  ASSERT_OK_AND_ASSIGN(PlanSlice rest, reader.Read());
  EXPECT_TRUE(rest.empty());
  EXPECT_THAT(sink.names, SizeIs(5));  // 10 rows each
}

TEST_F(PageReaderTest, RowsThatAFilterMayRejectAreNotCounted) {
  Append(5);
  Append(5);
  table::ScanPlan plan = Plan("id >= 5");
  NamesSink sink(100);
  PageReader reader(plan, {.begin = 0, .end = 2}, {.files = 100, .min_rows = 10}, sink);
  ASSERT_OK_AND_ASSIGN(PlanSlice rest, reader.Read());
  EXPECT_TRUE(rest.empty());
  EXPECT_THAT(sink.names, SizeIs(10));
}

TEST_F(PageReaderTest, ABrokenManifestEndsThePageBeforeIt) {
  Append(2);
  Append(2);
  ASSERT_THAT(table_.store().Delete("s3://warehouse/t/metadata/2-data.avro"),
              firn::testing::IsOk());
  table::ScanPlan plan = Plan();
  NamesSink sink(100);
  PageReader reader(plan, {.begin = 0, .end = 2}, {.files = 100}, sink);
  ASSERT_OK_AND_ASSIGN(PlanSlice rest, reader.Read());
  EXPECT_THAT(sink.names, ElementsAre("f0", "f1"));
  EXPECT_EQ(rest, (PlanSlice{.begin = 1, .end = 2}));
  PageReader next(plan, rest, {.files = 100}, sink);
  EXPECT_THAT(next.Read(), IsError(ErrorCode::kNotFound));
}

TEST_F(PageReaderTest, SlicesAreOfManifestsAndRows) {
  for (int i = 0; i < 6; ++i) {
    Append(2);
  }
  table::ScanPlan plan = Plan();
  EXPECT_THAT(CutSlice(plan, {.begin = 1, .end = 6, .first_row = 1}, 4),
              ElementsAre(PlanSlice{1, 3, 1, kAllRows}, PlanSlice{3, 5, 0, kAllRows},
                          PlanSlice{5, 6, 0, kAllRows}));
  EXPECT_THAT(CutSlice(plan, {.begin = 0, .end = 6}, 100), ElementsAre(PlanSlice{0, 6, 0}));
  EXPECT_THAT(CutSlice(plan, {.begin = 5, .end = 6, .first_row = 0, .end_row = 1}, 100),
              ElementsAre(PlanSlice{5, 6, 0, 1}));
}

TEST_F(PageReaderTest, ALargeManifestIsCutByRows) {
  Append(10);
  table::ScanPlan plan = Plan();
  EXPECT_THAT(CutSlice(plan, {.begin = 0, .end = 1, .first_row = 2}, 3),
              ElementsAre(PlanSlice{0, 1, 2, 5}, PlanSlice{0, 1, 5, 8}, PlanSlice{0, 1, 8}));
}

TEST_F(PageReaderTest, ManyFilesAreCutInBoundedSlices) {
  Append(3000);
  table::ScanPlan plan = Plan();
  size_t count = CutSlice(plan, {.begin = 0, .end = 1}, 1).size();
  EXPECT_LE(count, kMaxPlanTasks + 1);
  EXPECT_GT(count, kMaxPlanTasks / 4);
}

}  // namespace
}  // namespace firn::planning
