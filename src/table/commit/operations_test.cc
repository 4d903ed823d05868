#include "table/commit/operations.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/snapshot_action.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using testing::CommitFixture;
using testing::Recount;

constexpr std::string_view kFolder = "s3://warehouse/test/data/";

std::set<std::string> Names(const std::map<std::string, int>& files) {
  std::set<std::string> names;
  for (const auto& [path, times] : files) {
    EXPECT_EQ(times, 1) << path;
    names.insert(path.substr(kFolder.size()));
  }
  return names;
}

/// What the summary says is what the manifests hold.
void ExpectExactTotals(const iceberg::Snapshot& snapshot, const Recount& count) {
  auto total = [&](std::string_view key) {
    return std::stoll(std::string(snapshot.summary.Find(key).value_or("-1")));
  };
  EXPECT_EQ(total("total-records"), count.records);
  EXPECT_EQ(total("total-files-size"), count.bytes);
  EXPECT_EQ(total("total-data-files"), std::ssize(count.data_files));
  EXPECT_EQ(total("total-delete-files"), std::ssize(count.delete_files));
  EXPECT_EQ(total("total-position-deletes"), count.position_deletes);
  EXPECT_EQ(total("total-equality-deletes"), count.equality_deletes);
}

class OperationsTest : public ::testing::TestWithParam<int> {
 protected:
  Recount Check(const Table& table) {
    const iceberg::Snapshot& snapshot = *table.metadata->current_snapshot();
    Recount count = fixture_.Count(snapshot);
    ExpectExactTotals(snapshot, count);
    return count;
  }

  ReadState Read(const Table& table) {
    const iceberg::Snapshot* snapshot = table.metadata->current_snapshot();
    return {.snapshot = snapshot == nullptr ? std::nullopt : std::optional(snapshot->id)};
  }

  CommitFixture fixture_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, OperationsTest, ::testing::Values(1, 2, 3));

TEST_P(OperationsTest, AppendAddsFilesAndKeepsManifests) {
  fixture_.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b", 1)});
  Table table = fixture_.MustAppend({CommitFixture::Data("c")});
  Recount count = Check(table);
  EXPECT_EQ(Names(count.data_files), (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(count.manifests.size(), 2U);
  const iceberg::Snapshot& snapshot = *table.metadata->current_snapshot();
  EXPECT_EQ(snapshot.operation, "append");
  EXPECT_EQ(snapshot.summary.Find("changed-partition-count"), "1");
  EXPECT_EQ(snapshot.summary.Find("engine-name"), "test");
  EXPECT_GT(snapshot.id.value(), 0);
  if (GetParam() > 1) {
    EXPECT_EQ(count.sequence_numbers.at(std::string(kFolder) + "c"), 2);
    EXPECT_EQ(count.sequence_numbers.at(std::string(kFolder) + "a"), 1);
  }
}

TEST_P(OperationsTest, DeleteRewritesOnlyManifestsThatHoldTheFile) {
  fixture_.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  Table before = fixture_.MustAppend({CommitFixture::Data("c")});
  ASSERT_OK_AND_ASSIGN(
      Table table, fixture_.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("a"))})));
  Recount count = Check(table);
  EXPECT_EQ(Names(count.data_files), (std::set<std::string>{"b", "c"}));
  EXPECT_EQ(table.metadata->current_snapshot()->operation, "delete");
  auto kept = fixture_.Count(*before.metadata->current_snapshot()).manifests.front().path;
  EXPECT_TRUE(std::ranges::any_of(count.manifests,
                                  [&](const auto& manifest) { return manifest.path == kept; }));
}

TEST_P(OperationsTest, AManifestWithoutLiveFilesLeavesWithTheNextCommit) {
  fixture_.MustAppend({CommitFixture::Data("a")});
  ASSERT_OK_AND_ASSIGN(
      Table emptied, fixture_.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("a"))})));
  EXPECT_EQ(Check(emptied).manifests.size(), 1U);
  ASSERT_OK_AND_ASSIGN(Table table, fixture_.Commit(Append({CommitFixture::Data("b")},
                                                           ManifestMerging::kByProperties)));
  EXPECT_EQ(Check(table).manifests.size(), 1U);
}

TEST_P(OperationsTest, AFileThatIsNotThereCannotBeDeleted) {
  fixture_.MustAppend({CommitFixture::Data("a")});
  EXPECT_THAT(fixture_.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("b"))})),
              IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(fixture_.FilesStored(), fixture_.MetadataFilesNamed());
}

TEST_P(OperationsTest, DynamicOverwriteReplacesThePartitionsItWrites) {
  Table read = fixture_.MustAppend(
      {CommitFixture::Data("a0", 0), CommitFixture::Data("a1", 1), CommitFixture::Data("a2", 2)});
  ASSERT_OK_AND_ASSIGN(
      Table table, fixture_.Commit(ReplacePartitions(
                       {CommitFixture::Data("b0", 0), CommitFixture::Data("b1", 1)}, Read(read))));
  EXPECT_EQ(Names(Check(table).data_files), (std::set<std::string>{"a2", "b0", "b1"}));
  const iceberg::Snapshot& snapshot = *table.metadata->current_snapshot();
  EXPECT_EQ(snapshot.operation, "overwrite");
  EXPECT_EQ(snapshot.summary.Find("replace-partitions"), "true");
}

TEST_P(OperationsTest, OverwriteOfEverything) {
  Table read = fixture_.MustAppend({CommitFixture::Data("a", 0), CommitFixture::Data("b", 1)});
  ASSERT_OK_AND_ASSIGN(
      Table table, fixture_.Commit(OverwriteMatching({CommitFixture::Data("c")}, MatchEverything(),
                                                     Read(read))));
  EXPECT_EQ(Names(Check(table).data_files), (std::set<std::string>{"c"}));
}

TEST_P(OperationsTest, CompactionKeepsTheAgeOfRows) {
  Table read = fixture_.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  fixture_.MustAppend({CommitFixture::Data("later")});
  AddedFile joined = CommitFixture::Data("joined");
  joined.file.record_count = 20;
  if (GetParam() > 1) {
    joined.sequence_number = iceberg::SequenceNumber(1);
  }
  ASSERT_OK_AND_ASSIGN(
      Table table,
      fixture_.Commit(Rewrite({.added = {joined},
                               .removed_data = {CommitFixture::Key(CommitFixture::Data("a")),
                                                CommitFixture::Key(CommitFixture::Data("b"))},
                               .removed_deletes = {}},
                              Read(read))));
  Recount count = Check(table);
  EXPECT_EQ(Names(count.data_files), (std::set<std::string>{"joined", "later"}));
  EXPECT_EQ(table.metadata->current_snapshot()->operation, "replace");
  EXPECT_EQ(count.sequence_numbers.at(std::string(kFolder) + "joined"), GetParam() > 1 ? 1 : 0);
}

TEST_P(OperationsTest, StagedSnapshotsMoveNothing) {
  Table before = fixture_.MustAppend({CommitFixture::Data("a")});
  SnapshotAction action(before, Append({CommitFixture::Data("b")}, ManifestMerging::kNever),
                        {.publication = Publication::kStage}, fixture_.tools);
  ASSERT_OK_AND_ASSIGN(Table table, fixture_.Commit(before, action));
  EXPECT_EQ(table.metadata->current_snapshot_id, before.metadata->current_snapshot_id);
  EXPECT_EQ(table.metadata->snapshots.size(), 2U);
}

TEST_P(OperationsTest, ABranchBeginsAtMain) {
  Table before = fixture_.MustAppend({CommitFixture::Data("a")});
  SnapshotAction action(before, Append({CommitFixture::Data("b")}, ManifestMerging::kNever),
                        {.branch = "audit"}, fixture_.tools);
  ASSERT_OK_AND_ASSIGN(Table table, fixture_.Commit(before, action));
  EXPECT_EQ(table.metadata->current_snapshot_id, before.metadata->current_snapshot_id);
  const iceberg::SnapshotRef* ref = table.metadata->FindRef("audit");
  ASSERT_NE(ref, nullptr);
  Recount count = fixture_.Count(*table.metadata->FindSnapshot(ref->snapshot_id));
  EXPECT_EQ(Names(count.data_files), (std::set<std::string>{"a", "b"}));
}

TEST_P(OperationsTest, FilesThatTheTableCannotHoldAreRefused) {
  AddedFile unknown_spec = CommitFixture::Data("a");
  unknown_spec.spec_id = iceberg::SpecId(7);
  AddedFile wrong_deletes = GetParam() == 2 ? CommitFixture::Vector("v", 4, "a")
                                            : CommitFixture::PositionDeletes("p", "a");
  for (const AddedFile& file : {unknown_spec, wrong_deletes}) {
    EXPECT_THAT(fixture_.Commit(Append({file}, ManifestMerging::kNever)),
                IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(fixture_.Commit(Append({CommitFixture::Data("a"), CommitFixture::Data("a")},
                                     ManifestMerging::kNever)),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(fixture_.FilesStored().empty());
}

TEST(RowDeltaTest, PositionDeletesInV2) {
  CommitFixture fixture(2);
  Table read = fixture.MustAppend({CommitFixture::Data("a")});
  ReadState state{.snapshot = read.metadata->current_snapshot_id};
  ASSERT_OK_AND_ASSIGN(Table table,
                       fixture.Commit(RowDelta({.added = {CommitFixture::PositionDeletes("p", "a"),
                                                          CommitFixture::EqualityDeletes("e")},
                                                .removed_data = {},
                                                .removed_deletes = {}},
                                               state)));
  const iceberg::Snapshot& snapshot = *table.metadata->current_snapshot();
  Recount count = fixture.Count(snapshot);
  ExpectExactTotals(snapshot, count);
  EXPECT_EQ(snapshot.operation, "delete");
  EXPECT_EQ(Names(count.delete_files), (std::set<std::string>{"p", "e"}));
}

TEST(RowDeltaTest, ANewVectorReplacesTheOldOne) {
  CommitFixture fixture(3);
  fixture.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  ReadState state{.snapshot = fixture.Load().metadata->current_snapshot_id};
  ASSERT_OK_AND_ASSIGN(Table first,
                       fixture.Commit(RowDelta({.added = {CommitFixture::Vector("v1", 4, "a"),
                                                          CommitFixture::Vector("v1", 104, "b")},
                                                .removed_data = {},
                                                .removed_deletes = {}},
                                               state)));
  state.snapshot = first.metadata->current_snapshot_id;
  ASSERT_OK_AND_ASSIGN(Table table,
                       fixture.Commit(RowDelta({.added = {CommitFixture::Vector("v2", 4, "a")},
                                                .removed_data = {},
                                                .removed_deletes = {}},
                                               state)));
  const iceberg::Snapshot& snapshot = *table.metadata->current_snapshot();
  Recount count = fixture.Count(snapshot);
  ExpectExactTotals(snapshot, count);
  EXPECT_EQ(Names(count.delete_files), (std::set<std::string>{"v1#104", "v2#4"}));
  EXPECT_EQ(snapshot.summary.Find("removed-dvs"), "1");
}

TEST(RowDeltaTest, AVectorGoesWithItsDataFile) {
  CommitFixture fixture(3);
  fixture.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  ReadState state{.snapshot = fixture.Load().metadata->current_snapshot_id};
  ASSERT_OK_AND_ASSIGN(Table first,
                       fixture.Commit(RowDelta({.added = {CommitFixture::Vector("v1", 4, "a"),
                                                          CommitFixture::Vector("v1", 104, "b")},
                                                .removed_data = {},
                                                .removed_deletes = {}},
                                               state)));
  state.snapshot = first.metadata->current_snapshot_id;
  AddedFile compacted = CommitFixture::Data("a2");
  compacted.file.record_count = 7;
  compacted.sequence_number = iceberg::SequenceNumber(1);
  ASSERT_OK_AND_ASSIGN(
      Table table,
      fixture.Commit(Rewrite({.added = {compacted},
                              .removed_data = {CommitFixture::Key(CommitFixture::Data("a"))},
                              .removed_deletes = {}},
                             state)));
  Recount count = fixture.Count(*table.metadata->current_snapshot());
  ExpectExactTotals(*table.metadata->current_snapshot(), count);
  EXPECT_EQ(Names(count.delete_files), (std::set<std::string>{"v1#104"}));
}

TEST(RowDeltaTest, DeletesOlderThanAllDataAreDropped) {
  CommitFixture fixture(2);
  fixture.MustAppend({CommitFixture::Data("a")});
  ReadState state{.snapshot = fixture.Load().metadata->current_snapshot_id};
  ASSERT_OK_AND_ASSIGN(Table first,
                       fixture.Commit(RowDelta({.added = {CommitFixture::EqualityDeletes("e")},
                                                .removed_data = {},
                                                .removed_deletes = {}},
                                               state)));
  fixture.MustAppend({CommitFixture::Data("b")});
  // The manifest of `a` still has its age in this commit; the next one sees that it is gone.
  ASSERT_OK_AND_ASSIGN(Table emptied,
                       fixture.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("a"))})));
  fixture.MustAppend({CommitFixture::Data("c")});
  ASSERT_OK_AND_ASSIGN(Table table,
                       fixture.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("c"))})));
  Recount count = fixture.Count(*table.metadata->current_snapshot());
  ExpectExactTotals(*table.metadata->current_snapshot(), count);
  EXPECT_TRUE(count.delete_files.empty());
}

TEST(RowLineageTest, RowsAreNumberedAcrossAppendsAndMerges) {
  CommitFixture fixture(3);
  fixture.SetProperties({{"commit.manifest.min-count-to-merge", "2"}});
  fixture.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  ASSERT_OK_AND_ASSIGN(Table table, fixture.Commit(Append({CommitFixture::Data("c")},
                                                          ManifestMerging::kByProperties)));
  Recount count = fixture.Count(*table.metadata->current_snapshot());
  EXPECT_EQ(count.manifests.size(), 1U);
  std::string folder(kFolder);
  EXPECT_EQ(count.first_row_ids.at(folder + "a"), 0);
  EXPECT_EQ(count.first_row_ids.at(folder + "b"), 10);
  EXPECT_GE(count.first_row_ids.at(folder + "c"), 20);
  EXPECT_GE(table.metadata->next_row_id, count.first_row_ids.at(folder + "c") + 10);
}

}  // namespace
}  // namespace firn::table
