#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "table/commit/summary_builder.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using testing::CommitFixture;

std::vector<std::pair<std::string, std::string>> PairsOf(const iceberg::SnapshotSummary& summary) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 0; i < summary.size(); ++i) {
    pairs.emplace_back(summary.key(i), summary.value(i));
  }
  return pairs;
}

// Order and keys as Java's SnapshotSummary (iceberg-core 1.11.0) puts them.
TEST(SummaryTest, EverythingInJavasOrder) {
  SummaryBuilder builder;
  iceberg::SpecId spec(0);
  builder.Add(CommitFixture::Data("a", 0).file, spec);
  builder.Add(CommitFixture::Vector("v", 4, "a").file, spec);
  builder.Add(CommitFixture::EqualityDeletes("e", 1).file, spec);
  builder.Remove(CommitFixture::Data("b", 0).file, spec);
  builder.Remove(CommitFixture::PositionDeletes("p", "b", 2).file, spec);
  iceberg::Snapshot parent;
  parent.summary.Add("total-records", "100");
  parent.summary.Add("total-files-size", "5000");
  parent.summary.Add("total-data-files", "10");
  parent.summary.Add("total-delete-files", "1");
  parent.summary.Add("total-position-deletes", "10");
  std::vector<std::pair<std::string, std::string>> first{{"caller", "x"}};
  std::vector<std::pair<std::string, std::string>> last{{"engine-name", "test"}};
  EXPECT_THAT(
      PairsOf(builder.Finish(&parent, first, last)),
      ::testing::ElementsAre(
          std::pair("caller", "x"), std::pair("added-data-files", "1"),
          std::pair("deleted-data-files", "1"), std::pair("added-equality-delete-files", "1"),
          std::pair("removed-position-delete-files", "1"), std::pair("added-delete-files", "2"),
          std::pair("removed-delete-files", "1"), std::pair("added-dvs", "1"),
          std::pair("added-records", "10"), std::pair("deleted-records", "10"),
          std::pair("added-files-size", "2100"), std::pair("removed-files-size", "2000"),
          std::pair("added-position-deletes", "3"), std::pair("removed-position-deletes", "10"),
          std::pair("added-equality-deletes", "10"), std::pair("changed-partition-count", "3"),
          std::pair("total-records", "100"), std::pair("total-files-size", "5100"),
          std::pair("total-data-files", "10"), std::pair("total-delete-files", "2"),
          std::pair("total-position-deletes", "3"), std::pair("engine-name", "test")));
}

TEST(SummaryTest, TotalsBeginAtNothing) {
  SummaryBuilder builder;
  builder.Add(CommitFixture::Data("a").file, iceberg::SpecId(0));
  auto summary = builder.Finish(nullptr, {}, {});
  EXPECT_EQ(summary.Find("total-records"), "10");
  EXPECT_EQ(summary.Find("total-equality-deletes"), "0");
}

TEST(SummaryTest, ATotalThatIsNoNumberStaysUnsaid) {
  iceberg::Snapshot parent;
  parent.summary.Add("total-records", "many");
  parent.summary.Add("total-data-files", "-1");
  auto summary = SummaryBuilder().Finish(&parent, {}, {});
  EXPECT_EQ(summary.Find("total-records"), std::nullopt);
  EXPECT_EQ(summary.Find("total-data-files"), std::nullopt);
}

}  // namespace
}  // namespace firn::table
