// File scan tasks as text: what is printed of a file, shared deletes, full pages.
#include "server/rest/scan_tasks_page.h"

#include "base/json_reader.h"
#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "table/plan/testing/planned_table.h"

namespace firn::rest {
namespace {

using table::testing::DataFileOf;
using table::testing::DeletionVector;
using table::testing::EqualityDeletes;
using table::testing::PlannedTable;
using table::testing::PositionDeletes;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using ::testing::StartsWith;

constexpr ScanTasksPage::Limits kRoomy{.files = 1000, .bytes = 1 << 20};

/// The first manifest of the plan by a filter in text form.
struct Planned {
  table::ScanPlan plan;
  table::ManifestTasks tasks;
};
Result<Planned> PlanOf(PlannedTable& table,
                       std::string_view filter = "true",
                       std::span<const iceberg::FieldId> stats = {}) {
  table::ScanRequest request;
  ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(filter));
  request.metrics = iceberg::MetricsProjection::Of({stats.begin(), stats.end()});
  ASSIGN_OR_RETURN(table::ScanPlan plan, table.Plan(request));
  ASSIGN_OR_RETURN(table::ManifestTasks tasks, plan.TasksOf(0));
  return Planned{std::move(plan), std::move(tasks)};
}

/// The page as the object that an answer holds.
std::string TextOf(const ScanTasksPage& page, const std::vector<std::string>& tokens = {}) {
  std::string text;
  JsonWriter out(text);
  out.BeginObject();
  page.AppendTo(out, tokens);
  out.EndObject();
  EXPECT_THAT(json::Document::Parse(text), IsOk()) << text;
  return text;
}

TEST(ScanTasksPageTest, AnEmptyPageHasItsLists) {
  ScanTasksPage page(kRoomy, {});
  EXPECT_EQ(TextOf(page), R"({"file-scan-tasks":[],"plan-tasks":[]})");
  EXPECT_EQ(TextOf(page, {"t1", "t2"}), R"({"file-scan-tasks":[],"plan-tasks":["t1","t2"]})");
}

TEST(ScanTasksPageTest, ADataFileIsPrintedWithItsPartition) {
  PlannedTable table;
  table.Commit({DataFileOf("f", 1, 0, 9)});
  ASSERT_OK_AND_ASSIGN(Planned planned, PlanOf(table, "id < 5 and day <= '1970-01-02'"));
  ScanTasksPage page(kRoomy, {});
  ASSERT_OK_AND_ASSIGN(size_t taken, page.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 1U);
  std::string text = TextOf(page);
  EXPECT_THAT(text, HasSubstr(R"("content":"data")"));
  EXPECT_THAT(text, HasSubstr(R"("partition":["1970-01-02"])"));
  EXPECT_THAT(text, HasSubstr(R"("residual-filter":{"type":"lt","term":"id","value":5})"));
  EXPECT_THAT(text, Not(HasSubstr("bounds")));
  EXPECT_THAT(text, Not(HasSubstr("delete-file")));
}

TEST(ScanTasksPageTest, MetricsComeForNamedColumnsOnly) {
  PlannedTable table;
  table.Commit({DataFileOf("f", 1, 0, 258)});
  const std::vector<iceberg::FieldId> stats = {iceberg::FieldId(1)};
  ASSERT_OK_AND_ASSIGN(Planned planned, PlanOf(table, "true", stats));
  ScanTasksPage page(kRoomy, stats);
  ASSERT_THAT(page.Take(planned.plan, planned.tasks), IsOk());
  std::string text = TextOf(page);
  EXPECT_THAT(text, HasSubstr(R"("lower-bounds":{"keys":[1],"values":["0000000000000000"]})"));
  EXPECT_THAT(text, HasSubstr(R"("upper-bounds":{"keys":[1],"values":["0201000000000000"]})"));
}

TEST(ScanTasksPageTest, SharedDeletesAreListedOnce) {
  PlannedTable table;
  table.Commit({DataFileOf("f", 1, 0, 9), DataFileOf("g", 1, 0, 9), DataFileOf("h", 2, 0, 9)});
  table.Commit({PositionDeletes("p", 1), EqualityDeletes("e", 1, 0, 9)}, "delete");
  ASSERT_OK_AND_ASSIGN(Planned planned, PlanOf(table));
  ScanTasksPage page(kRoomy, {});
  ASSERT_OK_AND_ASSIGN(size_t taken, page.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 3U);
  std::string text = TextOf(page);
  EXPECT_THAT(text, StartsWith(R"({"delete-files":[)"));
  EXPECT_THAT(text, HasSubstr(R"("content":"position-deletes")"));
  EXPECT_THAT(text, HasSubstr(R"("equality-ids":[1])"));
  size_t tasks_with_both = 0;
  for (size_t at = text.find("references\":[0,1]"); at != std::string::npos;
       at = text.find("references\":[0,1]", at + 1)) {
    ++tasks_with_both;
  }
  EXPECT_EQ(tasks_with_both, 2U) << text;
}

TEST(ScanTasksPageTest, ADeletionVectorNamesItsBytes) {
  PlannedTable table(3);
  table.Commit({DataFileOf("f", 1, 0, 9)});
  std::string path = DataFileOf("f", 1, 0, 9).path;
  table.Commit({DeletionVector("v", 1, path)}, "delete");
  ASSERT_OK_AND_ASSIGN(Planned planned, PlanOf(table));
  ScanTasksPage page(kRoomy, {});
  ASSERT_THAT(page.Take(planned.plan, planned.tasks), IsOk());
  std::string text = TextOf(page);
  EXPECT_THAT(text, HasSubstr(R"("file-format":"puffin")"));
  EXPECT_THAT(text, HasSubstr("\"content-offset\":"));
  EXPECT_THAT(text, HasSubstr("\"content-size-in-bytes\":"));
  EXPECT_THAT(text, HasSubstr("\"referenced-data-file\":\"" + path + "\""));
}

TEST(ScanTasksPageTest, AFullPageTakesNoMore) {
  PlannedTable table;
  table.Commit({DataFileOf("f", 1, 0, 9), DataFileOf("g", 1, 0, 9), DataFileOf("h", 1, 0, 9)});
  ASSERT_OK_AND_ASSIGN(Planned planned, PlanOf(table));
  ScanTasksPage by_files({.files = 2, .bytes = 1 << 20}, {});
  ASSERT_OK_AND_ASSIGN(size_t taken, by_files.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 2U);
  ASSERT_OK_AND_ASSIGN(taken, by_files.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 0U);
  ScanTasksPage by_bytes({.files = 1000, .bytes = 1}, {});
  ASSERT_OK_AND_ASSIGN(taken, by_bytes.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 1U) << "one fits always";
  EXPECT_THAT(TextOf(by_bytes), HasSubstr("data/f"));
  ScanTasksPage by_time({.files = 1000, .bytes = 1 << 20, .until = MonotonicTime::min()}, {});
  ASSERT_OK_AND_ASSIGN(taken, by_time.Take(planned.plan, planned.tasks));
  EXPECT_GE(taken, 1U);
  ASSERT_OK_AND_ASSIGN(taken, by_time.Take(planned.plan, planned.tasks));
  EXPECT_EQ(taken, 0U);
}

}  // namespace
}  // namespace firn::rest
