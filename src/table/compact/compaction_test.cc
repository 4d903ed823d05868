#include "table/compact/compaction.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "table/compact/testing/compacted_table.h"
#include "table/maintain/dangling_deletes.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::CompactedTable;
using ::testing::Each;
using ::testing::Field;
using testing::Range;
using ::testing::SizeIs;

using DataFileOf = CompactedTable::DataFileOf;

class CompactionTest : public ::testing::TestWithParam<int> {
 protected:
  bool has_deletes() const { return GetParam() > 1; }

  /// Parts 0 and 1, ten files each.
  void Fill() {
    for (int64_t i = 0; i < 10; ++i) {
      table_.Append(i * 10, 10);
      table_.Append(100 + i * 10, 10);
    }
  }

  void ExpectNothingLeftBehind() { EXPECT_EQ(table_.StoredData(), table_.NamedData()); }

  CompactedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, CompactionTest, ::testing::Values(1, 2, 3));

class CompactionOfVersion3Test : public CompactionTest {};
class CompactionWithDeletesTest : public CompactionTest {};
INSTANTIATE_TEST_SUITE_P(Versions, CompactionOfVersion3Test, ::testing::Values(3));
INSTANTIATE_TEST_SUITE_P(Versions, CompactionWithDeletesTest, ::testing::Values(2, 3));

TEST_P(CompactionTest, SmallFilesOfAPartitionBecomeOne) {
  Fill();
  auto rows = table_.Rows();
  CompactionReport report = table_.MustCompact();
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(2));
  EXPECT_THAT(table_.HeadFiles(), Each(Field(&DataFileOf::rows, 100)));
  EXPECT_EQ(report.groups, 2);
  EXPECT_EQ(report.rewritten_files, 20);
  EXPECT_EQ(report.added_files, 2);
  EXPECT_EQ(report.before.data_files, 20);
  EXPECT_EQ(report.after.data_files, 2);
  EXPECT_EQ(report.after.data_rows, 200);
  EXPECT_EQ(report.commits, 1);
  const iceberg::Snapshot& head = *table_.table.metadata->current_snapshot();
  EXPECT_EQ(head.operation, "replace");
  EXPECT_EQ(head.summary.Find("total-records"), "200");
  EXPECT_EQ(head.summary.Find("total-data-files"), "2");
  ExpectNothingLeftBehind();
  if (has_deletes()) {
    // The oldest first; version 1 has no ages.
    std::vector<int64_t> ids = table_.IdsInOrder();
    EXPECT_THAT(std::vector<int64_t>(ids.begin(), ids.begin() + 100),
                ::testing::AnyOf(Range(0, 100), Range(100, 100)));
  }
  report = table_.MustCompact();
  EXPECT_EQ(report.groups, 0) << "once is enough";
  EXPECT_EQ(report.commits, 0);
}

TEST_P(CompactionTest, FilesAreSpreadWhereTheTableWantsIt) {
  table_.MustUpdate({iceberg::SetProperties{{{"write.object-storage.enabled", "true"}}}});
  Fill();
  table_.Delete("id >= 5 and id < 15");
  table_.MustCompact();
  const std::set<std::string> stored = table_.StoredData();
  EXPECT_THAT(stored, SizeIs(::testing::Gt(20U)));
  EXPECT_THAT(stored,
              Each(::testing::MatchesRegex(".*/t/data(/[01][01][01][01]){4}[01][01][01][01]/.+")));
  ExpectNothingLeftBehind();
}

TEST_P(CompactionTest, DeletesAreFoldedIn) {
  Fill();
  table_.Delete("id >= 5 and id < 15");
  if (GetParam() == 2) {
    table_.DeletePositions({31, 52}, 0);
  }
  if (has_deletes()) {
    table_.DeleteEqual({20, 21, 22}, 0);
    table_.DeleteEqual({150, 151}, 1);
  }
  auto rows = table_.Rows();
  CompactionReport report = table_.MustCompact();
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(2));
  EXPECT_EQ(table_.HeadDeletes(), 0);
  EXPECT_EQ(report.after.delete_files, 0);
  EXPECT_EQ(report.after.data_rows, std::ssize(rows));
  if (has_deletes()) {
    EXPECT_GT(report.applied_deletes, 3);
  }
  ExpectNothingLeftBehind();
}

TEST_P(CompactionOfVersion3Test, RowsKeepTheirLineage) {
  Fill();
  table_.Delete("id = 3");
  auto rows = table_.Rows();
  EXPECT_EQ(rows.front(), "0|0|n0|0|1|");
  for (int i = 0; i < 3; ++i) {
    table_.MustCompact({.choice = FileChoice::kAll});
    EXPECT_EQ(table_.Rows(), rows);
    table_.Append(1000 + i * 100, 5);
    rows = table_.Rows();
  }
}

TEST_P(CompactionWithDeletesTest, NewFilesAreAsOldAsWhatWasRead) {
  Fill();
  table_.MustCompact();
  EXPECT_THAT(table_.HeadFiles(), Each(Field(&DataFileOf::age, 20)));
  table_.MustCompact({.choice = FileChoice::kAll, .age = RewrittenAge::kNew});
  EXPECT_THAT(table_.HeadFiles(), Each(Field(&DataFileOf::age, 22)));
}

TEST_P(CompactionTest, GroupsOfFewFilesStay) {
  for (int64_t i = 0; i < 4; ++i) {
    table_.Append(i * 10, 10);
  }
  EXPECT_EQ(table_.MustCompact().groups, 0);
  EXPECT_EQ(table_.MustCompact({.min_input_files = 4}).groups, 1);
  EXPECT_EQ(table_.MustCompact({.min_input_files = 1}).groups, 0) << "one file alone stays";
  EXPECT_EQ(table_.MustCompact({.choice = FileChoice::kAll}).groups, 1);
}

TEST_P(CompactionTest, FilesThatFitStay) {
  Fill();
  table_.MustCompact();
  const auto before = table_.HeadFiles();
  const auto [least, greatest] = std::minmax(before[0].bytes, before[1].bytes);
  for (int64_t i = 0; i < 5; ++i) {
    table_.Append(i * 2, 2);
  }
  auto rows = table_.Rows();
  table_.MustCompact({.target_file_bytes = greatest + 10,
                      .min_file_bytes = least - 10,
                      .max_file_bytes = greatest * 2});
  EXPECT_EQ(table_.Rows(), rows);
  std::set<std::string> after;
  for (const DataFileOf& file : table_.HeadFiles()) {
    after.insert(file.path);
  }
  EXPECT_TRUE(after.contains(before[0].path));
  EXPECT_TRUE(after.contains(before[1].path));
  EXPECT_LT(after.size(), 7U);
}

TEST_P(CompactionTest, LargeFilesAreSplit) {
  table_.Append(0, 100);
  auto rows = table_.Rows();
  const int64_t size = table_.HeadFiles().front().bytes;
  CompactionReport report = table_.MustCompact({.target_file_bytes = size / 4});
  EXPECT_GT(report.added_files, 1);
  EXPECT_EQ(table_.Rows(), rows);
  ExpectNothingLeftBehind();
}

TEST_P(CompactionTest, TheLimitOfOpenFilesDoesNotCutOutputs) {
  Fill();
  table_.MustCompact({.limits = {.open_bytes = 1}});
  EXPECT_THAT(table_.HeadFiles(), SizeIs(2));
}

TEST_P(CompactionTest, TwoFilesThatTogetherFitBecomeOne) {
  table_.Append(0, 90);
  table_.Append(0, 90);
  const int64_t size = table_.HeadFiles().front().bytes;
  // Together 120 % of the target: no two that fit, but one does.
  const CompactionOptions options{.target_file_bytes = size * 5 / 3};
  EXPECT_EQ(table_.MustCompact(options).added_files, 1);
  EXPECT_EQ(table_.MustCompact(options).groups, 0);
}

TEST_P(CompactionTest, FilesThatWouldBeAsManyStay) {
  for (int i = 0; i < 3; ++i) {
    table_.Append(0, 90);
  }
  const int64_t size = table_.HeadFiles().front().bytes;
  const CompactionOptions options{.target_file_bytes = size * 6 / 5,
                                  .min_file_bytes = size * 11 / 10,
                                  .max_file_bytes = size * 13 / 10};
  EXPECT_EQ(table_.MustCompact(options).groups, 0) << "three of 80 % each";
}

TEST_P(CompactionTest, RepeatingComesToAnEnd) {
  std::mt19937 random(7);
  for (int i = 0; i < 30; ++i) {
    table_.Append(static_cast<int64_t>(random() % 200), 1 + static_cast<int64_t>(random() % 90));
  }
  for (int64_t target : {900, 1'500, 4'000}) {
    size_t files = table_.HeadFiles().size();
    while (table_.MustCompact({.target_file_bytes = target, .min_input_files = 2}).groups > 0) {
      ASSERT_LT(table_.HeadFiles().size(), files) << "target " << target;
      files = table_.HeadFiles().size();
    }
  }
}

TEST_P(CompactionTest, AFilterChoosesWholeFiles) {
  Fill();
  auto rows = table_.Rows();
  ASSERT_OK_AND_ASSIGN(iceberg::Expression filter, iceberg::ParseExpressionText("id < 45"));
  CompactionReport report = table_.MustCompact({.filter = filter});
  EXPECT_EQ(report.rewritten_files, 5);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(16));
}

TEST_P(CompactionWithDeletesTest, FilesWithManyDeletesAreRewritten) {
  table_.Append(0, 100);
  table_.Delete("id < 10");
  EXPECT_EQ(table_.MustCompact().groups, 0) << "a tenth";
  table_.Delete("id < 40");
  auto rows = table_.Rows();
  EXPECT_EQ(table_.MustCompact().groups, 1);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(table_.HeadDeletes(), 0);
  table_.DeleteEqual({50}, 0);
  table_.DeleteEqual({51}, 0);
  rows = table_.Rows();
  EXPECT_EQ(table_.MustCompact({.delete_file_threshold = 3}).groups, 0);
  EXPECT_EQ(table_.MustCompact({.delete_file_threshold = 2}).groups, 1);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(table_.HeadDeletes(), 0);
}

TEST_P(CompactionWithDeletesTest, FilesWithoutALivingRowGo) {
  table_.Append(0, 10);
  table_.Append(100, 10);
  table_.DeleteEqual(Range(0, 10), 0);
  CompactionReport report = table_.MustCompact({.choice = FileChoice::kAll});
  EXPECT_EQ(report.added_files, 1);
  EXPECT_THAT(table_.Rows(), SizeIs(10));
  EXPECT_THAT(table_.HeadFiles(), SizeIs(1));
  EXPECT_EQ(table_.HeadDeletes(), 0);
}

TEST_P(CompactionWithDeletesTest, DeletesThatTouchOtherFilesStay) {
  Fill();
  table_.DeleteEqual({1, 101}, 0);
  table_.DeleteEqual({101}, 1);
  auto rows = table_.Rows();
  ASSERT_OK_AND_ASSIGN(iceberg::Expression filter, iceberg::ParseExpressionText("part = 0"));
  table_.MustCompact({.filter = filter});
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(table_.HeadDeletes(), 1);
  ASSERT_OK_AND_ASSIGN(filter, iceberg::ParseExpressionText("id >= 100 and id < 150"));
  table_.MustCompact({.filter = filter});
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(table_.HeadDeletes(), 1) << "half of the partition is older than the delete";
  table_.MustCompact();
  EXPECT_EQ(table_.HeadDeletes(), 0);
}

TEST_P(CompactionTest, PartsAreCommittedForThemselves) {
  Fill();
  for (int64_t part = 2; part < 6; ++part) {
    for (int64_t i = 0; i < 5; ++i) {
      table_.Append(part * 100 + i, 1);
    }
  }
  auto rows = table_.Rows();
  const size_t snapshots = table_.table.metadata->snapshots.size();
  CompactionReport report = table_.MustCompact({.max_commits = 4, .groups_at_once = 3});
  EXPECT_EQ(report.groups, 6);
  EXPECT_EQ(report.commits, 4);
  EXPECT_EQ(table_.table.metadata->snapshots.size(), snapshots + 4);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(6));
}

iceberg::SortOrder ByNameThenId() {
  return {.id = iceberg::kUnsortedOrderId,
          .fields = {{.source_id = iceberg::FieldId(3),
                      .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)},
                     {.source_id = iceberg::FieldId(1),
                      .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity),
                      .direction = iceberg::SortDirection::kDescending}}};
}

TEST_P(CompactionTest, RowsAreSorted) {
  Fill();
  auto rows = table_.Rows();
  CompactionOptions options{.strategy = CompactionStrategy::kSort, .sort_order = ByNameThenId()};
  options.limits.sort.memory_bytes = 1;  // each batch is put aside
  EXPECT_EQ(table_.MustCompact(options).groups, 2);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), SizeIs(2));
  EXPECT_THAT(table_.HeadFiles(), Each(Field(&DataFileOf::sort_order_id, ::testing::Optional(0))));
  TableScanRequest request;
  ASSERT_OK_AND_ASSIGN(request.plan.filter, iceberg::ParseExpressionText("part = 0"));
  ASSERT_OK_AND_ASSIGN(std::vector<int64_t> ids, table_.Ids(request));
  std::vector<int64_t> expected;
  for (int64_t rest : {0, 1, 2}) {
    for (int64_t id = 99; id >= 0; --id) {
      if (id % 3 == rest) {
        expected.push_back(id);
      }
    }
  }
  EXPECT_EQ(ids, expected);
}

TEST_P(CompactionTest, SortedByTheTablesOrderOnce) {
  Fill();
  EXPECT_THAT(table_.TryCompact({.strategy = CompactionStrategy::kSort}),
              IsError(ErrorCode::kInvalidArgument));
  iceberg::SortOrder order = ByNameThenId();
  order.id = iceberg::SortOrderId(1);
  table_.MustUpdate({iceberg::AddSortOrder{order},
                     iceberg::SetDefaultSortOrder{iceberg::SortOrderId(iceberg::kLastAdded)}});
  auto rows = table_.Rows();
  EXPECT_EQ(table_.MustCompact({.strategy = CompactionStrategy::kSort}).groups, 2);
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_THAT(table_.HeadFiles(), Each(Field(&DataFileOf::sort_order_id, ::testing::Optional(1))));
  EXPECT_EQ(table_.MustCompact({.strategy = CompactionStrategy::kSort}).groups, 0);
}

TEST_P(CompactionTest, FilesOfAnOlderSpecMove) {
  Fill();
  table_.Delete("id = 7");
  table_.MustUpdate({iceberg::AddSpec{iceberg::testing::SpecOf(
                         R"({"fields":[{"name":"name","transform":"identity","source-id":3}]})")},
                     iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}});
  table_.Append(500, 30);
  auto rows = table_.Rows();
  CompactionReport report = table_.MustCompact({.other_specs = OtherSpecs::kMove});
  EXPECT_EQ(table_.Rows(), rows);
  EXPECT_EQ(report.groups, 1);
  EXPECT_THAT(table_.HeadFiles(),
              Each(Field(&DataFileOf::spec_id, table_.table.metadata->default_spec_id)));
  EXPECT_THAT(table_.HeadFiles(), SizeIs(6)) << "three names, and the three of the append";
  EXPECT_EQ(table_.HeadDeletes(), 0);
}

TEST_P(CompactionTest, BySchemaOfNow) {
  Fill();
  iceberg::Schema schema = iceberg::testing::SchemaOfFields(
      R"({"id":1,"name":"id","required":true,"type":"long"},
         {"id":2,"name":"part","required":false,"type":"long"},
         {"id":3,"name":"name","required":false,"type":"string"},
         {"id":4,"name":"more","required":false,"type":"string"})");
  table_.MustUpdate({iceberg::AddSchema{schema},
                     iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}});
  auto rows = table_.Rows();
  EXPECT_EQ(table_.MustCompact().groups, 2);
  EXPECT_EQ(table_.Rows(), rows);
}

TEST_P(CompactionTest, OptionsOutOfRangeAreRefused) {
  Fill();
  for (const CompactionOptions& options :
       {CompactionOptions{.target_file_bytes = 100, .min_file_bytes = 100},
        CompactionOptions{.target_file_bytes = 100, .max_file_bytes = 90},
        CompactionOptions{.min_input_files = 0}, CompactionOptions{.max_commits = 0},
        CompactionOptions{.delete_ratio_threshold = 0}}) {
    EXPECT_THAT(table_.TryCompact(options), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(table_.TryCompact({.branch = "none"}), IsError(ErrorCode::kNotFound));
}

TEST_P(CompactionTest, AnEmptyTableHasNothingToDo) {
  CompactionReport report = table_.MustCompact();
  EXPECT_EQ(report.groups, 0);
  EXPECT_EQ(report.before.data_files, 0);
}

TEST_P(CompactionTest, ABranchOfItsOwn) {
  Fill();
  table_.MustUpdate({iceberg::SetSnapshotRef{
      "audit", {.snapshot_id = *table_.table.metadata->current_snapshot_id}}});
  const auto main = table_.table.metadata->current_snapshot_id;
  CompactionReport report = table_.MustCompact({.branch = "audit"});
  EXPECT_EQ(report.groups, 2);
  EXPECT_EQ(table_.table.metadata->current_snapshot_id, main);
  EXPECT_NE(table_.table.metadata->FindRef("audit")->snapshot_id, *main);
}

/// Random appends and deletes between compactions of random kinds.
class CompactionSimulation {
 public:
  CompactionSimulation(int version, uint32_t seed)
      : version_(version), table_(version), random_(seed) {}

  void Run() {
    for (int step = 0; step < 12 && !::testing::Test::HasFailure(); ++step) {
      for (int i = 0; i < 3; ++i) {
        Change();
      }
      CompactOnce();
    }
  }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void Change() {
    int64_t id = Dice(300);
    switch (Dice(version_ > 1 ? 5 : 3)) {
      case 0:
      case 1:
        table_.Append(id, 1 + Dice(40));
        break;
      case 2:
        table_.Delete("id >= " + std::to_string(id) + " and id < " + std::to_string(id + 15));
        break;
      case 3:
        table_.DeleteEqual({id, id + 1}, static_cast<int32_t>(id / 100));
        break;
      default:
        table_.Delete("id = " + std::to_string(id));
        break;
    }
  }

  void CompactOnce() {
    if (table_.table.metadata->current_snapshot() == nullptr) {
      return;
    }
    auto rows = table_.Rows();
    CompactionOptions options{
        .strategy = Dice(3) == 0 ? CompactionStrategy::kSort : CompactionStrategy::kBinPack,
        .sort_order = ByNameThenId(),
        .choice = Dice(3) == 0 ? FileChoice::kAll : FileChoice::kMisfits,
        .target_file_bytes = Dice(2) == 0 ? 1'000 : 1'000'000,
        .min_input_files = 1 + Dice(4),
        .max_group_bytes = Dice(2) == 0 ? 5'000 : 1'000'000,
        .delete_file_threshold = 1 + Dice(3),
        .age = Dice(2) == 0 ? RewrittenAge::kOfSnapshotRead : RewrittenAge::kNew,
        .max_commits = 1 + Dice(3)};
    options.limits.sort.memory_bytes = Dice(2) == 0 ? 1'000 : 1'000'000;
    if (Dice(3) == 0) {
      auto filter = iceberg::ParseExpressionText("id < " + std::to_string(Dice(300)));
      ASSERT_THAT(filter, IsOk());
      options.filter = *filter;
    }
    CompactionReport report = table_.MustCompact(options);
    EXPECT_FALSE(report.last_failure.has_value());
    EXPECT_EQ(table_.Rows(), rows);
    EXPECT_EQ(table_.StoredData(), table_.NamedData());
  }

  const int version_;
  CompactedTable table_;
  std::mt19937 random_;
};

TEST_P(CompactionTest, RandomTablesKeepTheirRows) {
  for (uint32_t seed = 1; seed <= 4 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CompactionSimulation(GetParam(), seed).Run();
  }
}

}  // namespace
}  // namespace firn::table
