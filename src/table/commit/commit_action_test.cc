#include "table/commit/commit_action.h"

#include <algorithm>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::CommitFault;
using testing::CommitFixture;

SnapshotChange AppendOne(std::string_view name) {
  return Append({CommitFixture::Data(name)}, ManifestMerging::kNever);
}

TEST(CommitActionTest, ALostRaceIsRunAgainOnTheNewBase) {
  CommitFixture fixture;
  Table start = fixture.Load();
  fixture.store.BeforeNextCommit([&] { fixture.MustAppend({CommitFixture::Data("theirs")}); });
  ASSERT_OK_AND_ASSIGN(Table table, fixture.Commit(start, AppendOne("ours")));
  auto count = fixture.Count(*table.metadata->current_snapshot());
  EXPECT_EQ(count.data_files.size(), 2U);
  EXPECT_EQ(fixture.pauses.size(), 1U);
  // The first attempt's list is gone, its manifest is used.
  EXPECT_EQ(fixture.FilesStored(), fixture.MetadataFilesNamed());
}

TEST(CommitActionTest, PausesDoubleWithJitterAndEnd) {
  CommitFixture fixture;
  fixture.SetProperties({{"commit.retry.num-retries", "5"},
                         {"commit.retry.min-wait-ms", "100"},
                         {"commit.retry.max-wait-ms", "400"}});
  Table start = fixture.Load();
  std::function<void()> again = [&] {
    fixture.MustAppend({CommitFixture::Data("x" + std::to_string(fixture.pauses.size()))});
    fixture.store.BeforeNextCommit(again);
  };
  fixture.store.BeforeNextCommit(again);
  EXPECT_THAT(fixture.Commit(start, AppendOne("ours")), IsError(ErrorCode::kCommitConflict));
  ASSERT_EQ(fixture.pauses.size(), 5U);
  int64_t spans[] = {100, 200, 400, 400, 400};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_GE(fixture.pauses[i].count(), spans[i] / 2);
    EXPECT_LE(fixture.pauses[i].count(), spans[i]);
  }
  EXPECT_EQ(fixture.FilesStored(), fixture.MetadataFilesNamed());
}

TEST(CommitActionTest, TheTotalTimeEndsRetries) {
  CommitFixture fixture;
  fixture.SetProperties({{"commit.retry.num-retries", "1000"},
                         {"commit.retry.min-wait-ms", "1000"},
                         {"commit.retry.total-timeout-ms", "5000"}});
  Table start = fixture.Load();
  std::function<void()> again = [&] {
    fixture.store.BeforeNextCommit(again);
    fixture.store.FailNext(CommitFault::kUnavailable);
  };
  fixture.store.BeforeNextCommit(again);
  fixture.store.FailNext(CommitFault::kUnavailable);
  EXPECT_THAT(fixture.Commit(start, AppendOne("ours")), IsError(ErrorCode::kUnavailable));
  EXPECT_LE(fixture.clock.Now().value(), start.metadata->last_updated.value() + 10'000);
  EXPECT_TRUE(fixture.FilesStored().empty());
}

TEST(CommitActionTest, AnUnknownOutcomeThatStandsIsFound) {
  CommitFixture fixture;
  fixture.store.FailNext(CommitFault::kUnknownApplied);
  ASSERT_OK_AND_ASSIGN(Table table, fixture.Commit(AppendOne("ours")));
  EXPECT_EQ(fixture.Count(*table.metadata->current_snapshot()).data_files.size(), 1U);
  EXPECT_EQ(fixture.store.commits(), 1);
}

TEST(CommitActionTest, AfterAnUnknownOutcomeNothingIsDeleted) {
  CommitFixture fixture;
  fixture.store.FailNext(CommitFault::kUnknownLost);
  EXPECT_THAT(fixture.Commit(AppendOne("ours")), IsError(ErrorCode::kCommitStateUnknown));
  // Its manifest and its list.
  EXPECT_EQ(fixture.FilesStored().size(), 2U);
  EXPECT_EQ(fixture.store.commits(), 0);
}

TEST(CommitActionTest, FilesOfTheCallerGoOnlyWhereNothingWasCommitted) {
  for (CommitFault fault : {CommitFault::kUnavailable, CommitFault::kUnknownLost}) {
    CommitFixture fixture;
    fixture.SetProperties({{"commit.retry.num-retries", "0"}});
    std::vector<std::string> ours{"s3://warehouse/test/data/ours"};
    ASSERT_THAT(fixture.memory.Write(ours[0], "rows", storage::WriteMode::kCreateNew), IsOk());
    fixture.store.FailNext(fault);
    SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
    auto outcome = CommitAction(fixture.store, fixture.Load(), action, fixture.tools,
                                {.files_of_caller = ours});
    EXPECT_FALSE(outcome.has_value());
    EXPECT_EQ(fixture.memory.Exists(ours[0]).value(), fault == CommitFault::kUnknownLost);
  }
}

/// The second answer of two to one request, which a proxy sent twice.
TEST(CommitActionTest, AConflictWithItselfIsASuccess) {
  for (const char* retries : {"4", "0"}) {
    CommitFixture fixture;
    fixture.SetProperties({{"commit.retry.num-retries", retries}});
    const int64_t before = fixture.store.commits();
    std::vector<std::string> ours{"s3://warehouse/test/data/ours"};
    ASSERT_THAT(fixture.memory.Write(ours[0], "rows", storage::WriteMode::kCreateNew), IsOk());
    fixture.store.FailNext(CommitFault::kConflictApplied);
    SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
    ASSERT_OK_AND_ASSIGN(Table table, CommitAction(fixture.store, fixture.Load(), action,
                                                   fixture.tools, {.files_of_caller = ours}));
    EXPECT_EQ(fixture.store.commits(), before + 1);
    EXPECT_TRUE(fixture.memory.Exists(ours[0]).value());
    EXPECT_EQ(fixture.Count(*table.metadata->current_snapshot()).data_files.size(), 1U);
  }
}

/// Carries the first commit out when the second comes, and says of both that it did not happen.
class LateStore final : public TableStore {
 public:
  explicit LateStore(TableStore& store) : store_(store) {}

  Result<Table> Load(const TableIdentifier& identifier) override { return store_.Load(identifier); }
  Result<Table> Commit(const Table& base, const TableChange& change) override {
    if (!late_.has_value()) {
      late_ = change;
      return Error(ErrorCode::kUnavailable, "as told");
    }
    RETURN_IF_ERROR(store_.Commit(base, *late_));
    return store_.Commit(base, change);
  }

 private:
  TableStore& store_;
  std::optional<TableChange> late_;
};

TEST(CommitActionTest, TheFilesOfAnAttemptThatCameLateStay) {
  CommitFixture fixture;
  LateStore late(fixture.store);
  SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
  ASSERT_OK_AND_ASSIGN(Table table, CommitAction(late, fixture.Load(), action, fixture.tools, {}));
  EXPECT_EQ(fixture.store.commits(), 1);
  // All that the snapshot names can be read.
  EXPECT_EQ(fixture.Count(*table.metadata->current_snapshot()).data_files.size(), 1U);
}

/// Takes a commit, and no question after it.
class SilentStore final : public TableStore {
 public:
  SilentStore(TableStore& store, ErrorCode silence) : store_(store), silence_(silence) {}

  Result<Table> Load(const TableIdentifier& identifier) override {
    return asked_ ? Result<Table>(Error(silence_, "as told")) : store_.Load(identifier);
  }
  Result<Table> Commit(const Table& base, const TableChange& change) override {
    asked_ = true;
    return store_.Commit(base, change);
  }

 private:
  TableStore& store_;
  const ErrorCode silence_;
  bool asked_ = false;
};

TEST(CommitActionTest, WhereTheTableCannotBeAskedNothingIsDeleted) {
  for (ErrorCode silence : {ErrorCode::kUnavailable, ErrorCode::kIoError,
                            ErrorCode::kUnauthenticated, ErrorCode::kForbidden}) {
    CommitFixture fixture;
    SilentStore silent(fixture.store, silence);
    std::vector<std::string> ours{"s3://warehouse/test/data/ours"};
    ASSERT_THAT(fixture.memory.Write(ours[0], "rows", storage::WriteMode::kCreateNew), IsOk());
    fixture.store.FailNext(CommitFault::kConflictApplied);
    SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
    EXPECT_THAT(
        CommitAction(silent, fixture.Load(), action, fixture.tools, {.files_of_caller = ours}),
        IsError(ErrorCode::kCommitStateUnknown));
    EXPECT_TRUE(fixture.memory.Exists(ours[0]).value());
    EXPECT_EQ(fixture.Count(*fixture.Load().metadata->current_snapshot()).data_files.size(), 1U);
  }
}

TEST(CommitActionTest, ACatalogThatWasNotThereHasCommittedNothing) {
  CommitFixture fixture;
  SilentStore silent(fixture.store, ErrorCode::kUnavailable);
  fixture.store.FailNext(CommitFault::kUnavailable);
  SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
  EXPECT_THAT(CommitAction(silent, fixture.Load(), action, fixture.tools, {}),
              IsError(ErrorCode::kUnavailable));
  EXPECT_TRUE(fixture.FilesStored().empty());
}

/// Loses a race, is seen without the commit, and is gone from the next attempt on.
class LeavingStore final : public TableStore {
 public:
  explicit LeavingStore(TableStore& store) : store_(store) {}

  Result<Table> Load(const TableIdentifier& identifier) override {
    return attempts_ < 2 ? store_.Load(identifier) : Gone();
  }
  Result<Table> Commit(const Table&, const TableChange&) override {
    return ++attempts_ < 2 ? Result<Table>(Error(ErrorCode::kCommitConflict, "as told")) : Gone();
  }

 private:
  static Result<Table> Gone() { return Error(ErrorCode::kUnavailable, "as told"); }

  TableStore& store_;
  int attempts_ = 0;
};

TEST(CommitActionTest, AConflictIsSettledWhereTheTableWasSeenAfterIt) {
  CommitFixture fixture;
  LeavingStore leaving(fixture.store);
  SnapshotAction action(fixture.Load(), AppendOne("ours"), {}, fixture.tools);
  EXPECT_THAT(CommitAction(leaving, fixture.Load(), action, fixture.tools, {}),
              IsError(ErrorCode::kUnavailable));
  EXPECT_TRUE(fixture.FilesStored().empty());
}

TEST(CommitActionTest, AnotherTableOfTheNameIsNotWrittenTo) {
  CommitFixture fixture;
  Table start = fixture.Load();
  fixture.store.BeforeNextCommit([&] {
    auto other = std::make_shared<iceberg::TableMetadata>(*start.metadata);
    other->uuid = "11111111-1111-4111-8111-111111111111";
    fixture.store.Create(fixture.identifier, other);
  });
  EXPECT_THAT(fixture.Commit(start, AppendOne("ours")), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(fixture.Load().metadata->current_snapshot(), nullptr);
  EXPECT_TRUE(fixture.FilesStored().empty());
}

TEST(CommitActionTest, OnlyUnknownOutcomesForbidCleaning) {
  EXPECT_FALSE(ProvesNothingCommitted(ErrorCode::kCommitStateUnknown));
  EXPECT_FALSE(ProvesNothingCommitted(ErrorCode::kInternal));
  EXPECT_TRUE(ProvesNothingCommitted(ErrorCode::kCommitConflict));
  EXPECT_TRUE(ProvesNothingCommitted(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace firn::table
