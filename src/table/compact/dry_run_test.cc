// Dry runs of compaction foretell what a run does, and change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "table/compact/compaction.h"
#include "table/compact/testing/compacted_table.h"

namespace firn::table {
namespace {

using testing::CompactedTable;
using ::testing::SizeIs;

class DryRunTest : public ::testing::TestWithParam<int> {
 protected:
  /// Parts 0 and 1, ten files each.
  void Fill() {
    for (int64_t i = 0; i < 10; ++i) {
      table_.Append(i * 10, 10);
      table_.Append(100 + i * 10, 10);
    }
  }

  CompactedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, DryRunTest, ::testing::Values(1, 2, 3));

class DryRunWithDeletesTest : public DryRunTest {};
INSTANTIATE_TEST_SUITE_P(Versions, DryRunWithDeletesTest, ::testing::Values(2, 3));

TEST_P(DryRunTest, ADryRunForetells) {
  Fill();
  const std::set<std::string> stored = table_.StoredData();
  ASSERT_OK_AND_ASSIGN(CompactionReport dry, table_.TryCompact({}));
  EXPECT_EQ(table_.StoredData(), stored);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(20));
  CompactionReport report = table_.MustCompact();
  EXPECT_EQ(dry.groups, report.groups);
  EXPECT_EQ(dry.rewritten_files, report.rewritten_files);
  EXPECT_EQ(dry.rewritten_bytes, report.rewritten_bytes);
  EXPECT_EQ(dry.added_files, report.added_files);
  EXPECT_EQ(dry.commits, report.commits);
  EXPECT_EQ(dry.after.data_files, report.after.data_files);
  EXPECT_EQ(dry.after.data_rows, report.after.data_rows);
  EXPECT_EQ(dry.after.manifests, report.after.manifests);
  EXPECT_NE(dry.after.manifests, dry.before.manifests);
  EXPECT_TRUE(dry.files_known);
  EXPECT_TRUE(dry.manifests_known);
  EXPECT_FALSE(dry.bytes_known);
  EXPECT_TRUE(report.bytes_known);
}

TEST_P(DryRunTest, WhatIsSortedIsKnownToo) {
  Fill();
  CompactionOptions options{
      .strategy = CompactionStrategy::kSort,
      .sort_order = iceberg::SortOrder{
          .fields = {{.source_id = iceberg::FieldId(1),
                      .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)}}}};
  ASSERT_OK_AND_ASSIGN(CompactionReport dry, table_.TryCompact(options));
  EXPECT_TRUE(dry.files_known);
  EXPECT_EQ(dry.added_files, table_.MustCompact(options).added_files);
}

TEST_P(DryRunWithDeletesTest, ADryRunForetellsWhatDeletesLeave) {
  Fill();
  table_.Delete("id >= 5 and id < 15");
  table_.DeleteEqual({20, 21, 22}, 0);
  ASSERT_OK_AND_ASSIGN(CompactionReport dry, table_.TryCompact({}));
  EXPECT_GT(dry.before.delete_files, 0);
  CompactionReport report = table_.MustCompact();
  EXPECT_EQ(dry.dangling_deletes, report.dangling_deletes);
  EXPECT_EQ(dry.applied_deletes, report.applied_deletes);
  EXPECT_EQ(dry.after.delete_files, report.after.delete_files);
  EXPECT_EQ(dry.after.delete_bytes, report.after.delete_bytes);
  EXPECT_EQ(dry.after.data_files, report.after.data_files);
  EXPECT_EQ(dry.after.manifests, report.after.manifests);
  if (GetParam() == 3) {
    // Position deletes of two files may be those of any whose name lies between theirs.
    EXPECT_TRUE(dry.files_known) << "vectors count their rows, the equality delete is of one file";
  }
}

TEST_P(DryRunTest, WhatMovesToAnotherSpecIsAboutRight) {
  Fill();
  table_.MustUpdate({iceberg::AddSpec{iceberg::testing::SpecOf(
                         R"({"fields":[{"name":"name","transform":"identity","source-id":3}]})")},
                     iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}});
  const CompactionOptions options{.other_specs = OtherSpecs::kMove};
  ASSERT_OK_AND_ASSIGN(CompactionReport dry, table_.TryCompact(options));
  CompactionReport report = table_.MustCompact(options);
  EXPECT_FALSE(dry.files_known);
  EXPECT_FALSE(dry.manifests_known);
  EXPECT_EQ(dry.moved_groups, dry.groups);
  EXPECT_EQ(dry.groups, report.groups);
  EXPECT_EQ(dry.rewritten_files, report.rewritten_files);
  EXPECT_EQ(dry.commits, report.commits);
}

/// A file of which every row is gone: nothing takes its place.
TEST_P(DryRunWithDeletesTest, NoRowsNoFile) {
  table_.Append(0, 10);
  table_.Delete("id < 9");
  table_.DeleteEqual({9}, 0);
  const CompactionOptions options{.choice = FileChoice::kAll};
  ASSERT_OK_AND_ASSIGN(CompactionReport dry, table_.TryCompact(options));
  EXPECT_FALSE(dry.files_known);
  table_.Append(100, 10);
  table_.Delete("id < 109");
  ASSERT_OK_AND_ASSIGN(dry, table_.TryCompact(options));
  CompactionReport report = table_.MustCompact(options);
  EXPECT_EQ(dry.rewritten_files, report.rewritten_files);
  EXPECT_EQ(dry.dangling_deletes, report.dangling_deletes);
  EXPECT_EQ(dry.after.delete_files, report.after.delete_files);
}

}  // namespace
}  // namespace firn::table
