#include "table/write/row_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "table/plan/testing/planned_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using testing::DataFileOf;
using testing::PlannedTable;

/// A table partitioned by identity(day); files have ids from a to b.
class RowMatcherTest : public ::testing::Test {
 protected:
  FileMatcherPtr Matcher(std::string_view filter) {
    auto parsed = iceberg::ParseExpressionText(filter);
    EXPECT_TRUE(parsed.has_value()) << filter;
    auto bound =
        iceberg::Bind(*parsed, table_.metadata()->current_schema(), iceberg::NameCase::kSensitive);
    EXPECT_TRUE(bound.has_value()) << filter;
    return MatchRows(*table_.metadata(), *bound);
  }
  Result<FileMatch> Match(std::string_view filter, const iceberg::DataFile& file) {
    return Matcher(filter)->Match(file, table_.metadata()->default_spec().id);
  }

  PlannedTable table_;
};

TEST_F(RowMatcherTest, ThePartitionDecides) {
  iceberg::DataFile file = DataFileOf("f", 1, 0, 9);
  EXPECT_THAT(Match("day = '1970-01-02'", file), IsOkAnd(FileMatch::kAll));
  EXPECT_THAT(Match("day > '1970-01-02'", file), IsOkAnd(FileMatch::kNone));
}

TEST_F(RowMatcherTest, MetricsDecideWhatThePartitionLeaves) {
  iceberg::DataFile file = DataFileOf("f", 1, 0, 9);
  EXPECT_THAT(Match("id <= 9", file), IsOkAnd(FileMatch::kAll));
  EXPECT_THAT(Match("id < 9", file), IsOkAnd(FileMatch::kMaybe));
  EXPECT_THAT(Match("id > 9", file), IsOkAnd(FileMatch::kNone));
  EXPECT_THAT(Match("day = '1970-01-02' and id < 20", file), IsOkAnd(FileMatch::kAll));
  EXPECT_THAT(Match("day = '1970-01-03' or id < 5", file), IsOkAnd(FileMatch::kMaybe));
  EXPECT_THAT(Match("name = 'x'", file), IsOkAnd(FileMatch::kMaybe)) << "nothing is known of it";
}

TEST_F(RowMatcherTest, MetricsOfDeleteFilesSayNothing) {
  iceberg::DataFile deletes = testing::EqualityDeletes("e", 1, 0, 9);
  EXPECT_THAT(Match("id > 9", deletes), IsOkAnd(FileMatch::kMaybe));
  EXPECT_THAT(Match("day = '1970-01-02'", deletes), IsOkAnd(FileMatch::kAll));
  EXPECT_THAT(Match("day = '1970-01-03'", deletes), IsOkAnd(FileMatch::kNone));
}

TEST_F(RowMatcherTest, SummariesLeaveManifestsOut) {
  table_.Commit({DataFileOf("f", 1, 0, 9)});
  ASSERT_OK_AND_ASSIGN(ScanPlan plan, table_.Plan({}));
  EXPECT_TRUE(Matcher("day = '1970-01-02'")->MayMatch(plan.manifest(0)));
  EXPECT_FALSE(Matcher("day = '1970-01-03'")->MayMatch(plan.manifest(0)));
}

TEST_F(RowMatcherTest, ASpecThatItDoesNotKnowIsAnError) {
  EXPECT_THAT(Matcher("id < 5")->Match(DataFileOf("f", 1, 0, 9), iceberg::SpecId(7)),
              IsError(ErrorCode::kCommitConflict));
}

}  // namespace
}  // namespace firn::table
