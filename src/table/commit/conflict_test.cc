// What a commit refuses because of what others committed since it read the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::CommitFixture;

constexpr auto kConflict = ErrorCode::kCommitConflict;

FileKey KeyOfData(std::string_view name) { return CommitFixture::Key(CommitFixture::Data(name)); }

class ConflictTest : public ::testing::Test {
 protected:
  ConflictTest()
      : start_(fixture_.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b", 1)})) {}

  ReadState Read(IsolationLevel isolation = IsolationLevel::kSerializable) const {
    return {.snapshot = start_.metadata->current_snapshot_id, .isolation = isolation};
  }

  /// Only files of one bucket were read.
  ReadState ReadBucket(int32_t bucket) const {
    std::vector<PartitionOf> partitions{
        {iceberg::SpecId(0), CommitFixture::Data("x", bucket).file.partition}};
    ReadState read = Read();
    read.filter = MatchPartitions(partitions);
    return read;
  }

  static RowChanges Adding(std::vector<AddedFile> files) {
    return {.added = std::move(files), .removed_data = {}, .removed_deletes = {}};
  }

  void TheirRowDelta(std::vector<AddedFile> files) {
    ReadState now{.snapshot = fixture_.Load().metadata->current_snapshot_id};
    ASSERT_THAT(fixture_.Commit(RowDelta(Adding(std::move(files)), now)), IsOk());
  }

  void TheirDelete(std::string_view name) {
    ASSERT_THAT(fixture_.Commit(DeleteFiles({KeyOfData(name)})), IsOk());
  }

  /// From the state that was read.
  Result<Table> Ours(SnapshotChange change) { return fixture_.Commit(start_, std::move(change)); }

  SnapshotChange RewriteA(std::optional<int64_t> age) const {
    AddedFile added = CommitFixture::Data("a2");
    if (age.has_value()) {
      added.sequence_number = iceberg::SequenceNumber(*age);
    }
    return Rewrite({.added = {added}, .removed_data = {KeyOfData("a")}, .removed_deletes = {}},
                   Read());
  }

  CommitFixture fixture_{2};
  Table start_;
};

TEST_F(ConflictTest, AppendNeverConflicts) {
  TheirDelete("a");
  EXPECT_THAT(Ours(Append({CommitFixture::Data("c")}, ManifestMerging::kByProperties)), IsOk());
}

TEST_F(ConflictTest, SerializableOverwriteSeesNewData) {
  fixture_.MustAppend({CommitFixture::Data("theirs", 3)});
  auto ours = [&](const ReadState& read) {
    return Overwrite({CommitFixture::Data("a2")}, {KeyOfData("a")}, read);
  };
  EXPECT_THAT(Ours(ours(Read())), IsError(kConflict));
  // Not what was read.
  EXPECT_THAT(Ours(ours(ReadBucket(0))), IsOk());
}

TEST_F(ConflictTest, SnapshotIsolationLetsNewDataCome) {
  fixture_.MustAppend({CommitFixture::Data("theirs")});
  EXPECT_THAT(Ours(Overwrite({CommitFixture::Data("a2")}, {KeyOfData("a")},
                             Read(IsolationLevel::kSnapshot))),
              IsOk());
}

TEST_F(ConflictTest, OverwriteLosesAgainstNewDeletesOfItsInputs) {
  TheirRowDelta({CommitFixture::PositionDeletes("p", "a")});
  EXPECT_THAT(Ours(Overwrite({CommitFixture::Data("a2")}, {KeyOfData("a")},
                             Read(IsolationLevel::kSnapshot))),
              IsError(kConflict));
  EXPECT_THAT(Ours(Overwrite({CommitFixture::Data("b2", 1)}, {KeyOfData("b")},
                             Read(IsolationLevel::kSnapshot))),
              IsOk());
}

TEST_F(ConflictTest, PartitionsThatOthersTouchedAreNotReplaced) {
  fixture_.MustAppend({CommitFixture::Data("theirs", 1)});
  EXPECT_THAT(Ours(ReplacePartitions({CommitFixture::Data("b2", 1)}, Read())), IsError(kConflict));
  EXPECT_THAT(Ours(ReplacePartitions({CommitFixture::Data("a2", 0)}, Read())), IsOk());
}

TEST_F(ConflictTest, PartitionsThatOthersEmptiedAreNotReplaced) {
  TheirDelete("b");
  EXPECT_THAT(Ours(ReplacePartitions({CommitFixture::Data("b2", 1)}, Read())), IsError(kConflict));
}

TEST_F(ConflictTest, RowDeltaNeedsTheFilesItNames) {
  ASSERT_THAT(fixture_.Commit(RewriteA(1)), IsOk());
  EXPECT_THAT(Ours(RowDelta(Adding({CommitFixture::PositionDeletes("p", "a")}), Read())),
              IsError(kConflict));
}

TEST_F(ConflictTest, ADeleteOfRowsOfADeletedFileIsDone) {
  TheirDelete("a");
  EXPECT_THAT(Ours(RowDelta(Adding({CommitFixture::PositionDeletes("p", "a")}), Read())), IsOk());
}

TEST_F(ConflictTest, AnUpdateOfRowsOfADeletedFileIsNot) {
  TheirDelete("a");
  EXPECT_THAT(Ours(RowDelta(Adding({CommitFixture::PositionDeletes("p", "a"),
                                    CommitFixture::Data("new rows")}),
                            Read())),
              IsError(kConflict));
}

TEST_F(ConflictTest, UpdatesDoNotMeetConcurrentDeletes) {
  TheirRowDelta({CommitFixture::PositionDeletes("theirs", "a")});
  EXPECT_THAT(Ours(RowDelta(Adding({CommitFixture::PositionDeletes("ours", "a"),
                                    CommitFixture::Data("new rows")}),
                            Read())),
              IsError(kConflict));
  // Rows may be deleted twice.
  EXPECT_THAT(Ours(RowDelta(Adding({CommitFixture::PositionDeletes("ours", "a")}), Read())),
              IsOk());
}

TEST_F(ConflictTest, RewriteLosesAgainstADeleteOfItsInputs) {
  TheirDelete("a");
  EXPECT_THAT(Ours(RewriteA(1)), IsError(kConflict));
}

TEST_F(ConflictTest, RewriteLosesAgainstNewPositionDeletes) {
  TheirRowDelta({CommitFixture::PositionDeletes("p", "a")});
  EXPECT_THAT(Ours(RewriteA(1)), IsError(kConflict));
}

TEST_F(ConflictTest, RewriteThatKeepsAgeStandsEqualityDeletes) {
  TheirRowDelta({CommitFixture::EqualityDeletes("e", 0)});
  EXPECT_THAT(Ours(RewriteA(std::nullopt)), IsError(kConflict));
  EXPECT_THAT(Ours(RewriteA(1)), IsOk());
}

TEST_F(ConflictTest, DeletesOfOtherPartitionsDoNotTouchARewrite) {
  TheirRowDelta({CommitFixture::EqualityDeletes("e", 1)});
  EXPECT_THAT(Ours(RewriteA(std::nullopt)), IsOk());
}

TEST_F(ConflictTest, ChecksRunAgainAfterALostRace) {
  // Nothing speaks against it until the commit has lost its race.
  fixture_.store.BeforeNextCommit([&] { TheirDelete("a"); });
  EXPECT_THAT(Ours(RewriteA(1)), IsError(kConflict));
  EXPECT_EQ(fixture_.pauses.size(), 1U);
  EXPECT_EQ(fixture_.FilesStored(), fixture_.MetadataFilesNamed());
}

TEST_F(ConflictTest, AHistoryThatWasRolledBackIsAConflict) {
  Table theirs = fixture_.MustAppend({CommitFixture::Data("c")});
  ReadState read{.snapshot = theirs.metadata->current_snapshot_id};
  iceberg::SetSnapshotRef back{"main", {}};
  back.ref.snapshot_id = *start_.metadata->current_snapshot_id;
  ASSERT_THAT(fixture_.store.Commit(theirs, {.updates = {back}, .requirements = {}}), IsOk());
  EXPECT_THAT(fixture_.Commit(Overwrite({CommitFixture::Data("a2")}, {KeyOfData("a")}, read)),
              IsError(kConflict));
}

TEST(VectorConflictTest, TwoVectorsForOneFile) {
  CommitFixture fixture(3);
  Table start = fixture.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  ReadState read{.snapshot = start.metadata->current_snapshot_id};
  auto vector_for = [&](std::string_view puffin, std::string_view of) {
    return RowDelta({.added = {CommitFixture::Vector(puffin, 4, of)},
                     .removed_data = {},
                     .removed_deletes = {}},
                    read);
  };
  ASSERT_THAT(fixture.Commit(vector_for("theirs", "a")), IsOk());
  EXPECT_THAT(fixture.Commit(start, vector_for("ours", "a")), IsError(kConflict));
  EXPECT_THAT(fixture.Commit(start, vector_for("ours", "b")), IsOk());
}

TEST(IsolationLevelTest, ComesFromTheTable) {
  EXPECT_EQ(ReadIsolationLevel({}, "delete").value(), IsolationLevel::kSerializable);
  EXPECT_EQ(ReadIsolationLevel({{"write.update.isolation-level", "snapshot"}}, "update").value(),
            IsolationLevel::kSnapshot);
  EXPECT_THAT(ReadIsolationLevel({{"write.merge.isolation-level", "dirty"}}, "merge"),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
