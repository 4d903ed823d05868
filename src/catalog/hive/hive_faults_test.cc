// What goes wrong between a metastore and its client: lost connections, locks that are denied or
// lost, metastores that fail, other writers.
#include <chrono>

#include "catalog/hive/hive_options.h"
#include "catalog/hive/testing/hive_catalog_fixture.h"
#include "storage/call_deadline.h"

namespace firn::catalog::hive {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeMetastore;
using ::testing::HasSubstr;
using testing::kDb;
using testing::kT;
using ::testing::Le;
using testing::Loss;
using ::testing::Not;

const std::string kAlter = "alter_table_with_environment_context";
const PropertyMap kUnlocked = {{"iceberg.engine.hive.lock-enabled", "false"}};

class HiveFaultsTest : public testing::HiveCatalogFixture {
 protected:
  /// Commits of another program, over connections of its own.
  table::Table CommitAsOther(int commits) {
    auto other = Open(kUnlocked);
    table::Table table = other->Load(kT).value();
    for (int i = 0; i < commits; ++i) {
      table = other->Commit(table, Set("other" + std::to_string(i))).value();
    }
    return table;
  }
  bool IsSetNow(const std::string& key) {
    return Open()->Load(kT).value().metadata->FindProperty(key).has_value();
  }
};

TEST_F(HiveFaultsTest, ACommitWhoseAnswerIsLostIsSeen) {
  for (const PropertyMap& properties : {PropertyMap(), kUnlocked}) {
    auto catalog = Open(properties);
    table::Table table =
        catalog->TableExists(kT).value_or(false) ? catalog->Load(kT).value() : MakeTable(*catalog);
    ASSERT_THAT(catalog->Commit(table, Set("warm")), IsOk());
    metastore_.LoseNext(kAlter, Loss::kAnswer);
    ASSERT_OK_AND_ASSIGN(auto committed, catalog->Commit(table, Set("k")));
    EXPECT_EQ(Parameters()["metadata_location"], committed.metadata_location);
    EXPECT_EQ(metastore_.lock_count(), 0U);
  }
}

TEST_F(HiveFaultsTest, ACommitThatIsNotSeenMayYetComeAndItsFileStays) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.LoseNext(kAlter, Loss::kRequest);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), before + 1);
  EXPECT_EQ(metastore_.lock_count(), 0U) << "released all the same";
  metastore_.LoseNext(kAlter, Loss::kLate);
  ASSERT_THAT(catalog->Commit(table, Set("late")), IsOk()) << "it came before the look";
  EXPECT_TRUE(IsSetNow("late"));
}

TEST_F(HiveFaultsTest, WhatWasNotSentWholeDidNotHappen) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.LoseNext(kAlter, Loss::kUnsent);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(FileCount(), before);
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveFaultsTest, AFailureThatIsToldIsLookedInto) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.FailNext(kAlter, 2, "the database is gone", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(FileCount(), before);
  // As where the metastore's database committed and lost its connection, and it tried again.
  metastore_.FailNext(kAlter, 2, "The table has been modified", FakeMetastore::Done::kBefore);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_TRUE(IsSetNow("k"));
  metastore_.FailNext(kAlter, 1, "columns have incompatible types", FakeMetastore::Done::kNot);
  auto refused = catalog->Commit(table, Set("l"));
  ASSERT_THAT(refused, IsError(ErrorCode::kConflict));
  EXPECT_THAT(refused.error().message(), HasSubstr("incompatible"));
}

TEST_F(HiveFaultsTest, WithoutLocksOthersThatCameFirstAreNotOverwritten) {
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  ASSERT_THAT(catalog->Commit(table, Set("warm")), IsOk());
  for (int others : {1, 3}) {
    metastore_.BeforeNext(kAlter, [&] { CommitAsOther(others); });
    std::string key = "mine" + std::to_string(others);
    ASSERT_OK_AND_ASSIGN(auto committed, catalog->Commit(table, Set(key)));
    EXPECT_TRUE(committed.metadata->FindProperty("other0").has_value());
    EXPECT_TRUE(IsSetNow(key));
  }
  EXPECT_EQ(catalog->Load(kT).value().metadata->metadata_log.size(), 7U) << "none twice";
}

TEST_F(HiveFaultsTest, AMetastoreThatDoesNotCheckIsRefusedWithoutLocks) {
  metastore_.checks_expectations = false;
  metastore_.version = "3.1.3";
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  PropertyMap before = Parameters();
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnsupported));
  EXPECT_EQ(Parameters(), before);
  EXPECT_THAT(metastore_.calls(), Contains("lock")) << "so that no commit is undone by asking";
  EXPECT_EQ(metastore_.lock_count(), 0U);
  ASSERT_THAT(Open()->Commit(table, Set("k")), IsOk()) << "with a lock";
  ASSERT_THAT(
      Open()->Commit(table,
                     {.updates = {iceberg::SetProperties{{{"engine.hive.lock-enabled", "true"}}}},
                      .requirements = {}}),
      IsOk());
  EXPECT_THAT(catalog->Commit(table, Set("l")), IsOk()) << "the table wants a lock";
}

TEST_F(HiveFaultsTest, ATableMayWantALockInLettersOfAnyCase) {
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  ASSERT_THAT(
      catalog->Commit(table,
                      {.updates = {iceberg::SetProperties{{{"engine.hive.lock-enabled", "True"}}}},
                       .requirements = {}}),
      IsOk());
  EXPECT_THAT(metastore_.calls(), Contains("lock"));
}

TEST_F(HiveFaultsTest, WhetherAMetastoreChecksIsNotTriedBesideAnothersLock) {
  metastore_.checks_expectations = false;
  metastore_.version = "3.1.3";
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  metastore_.LoseNext("lock", Loss::kRequest);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  metastore_.FailNext("heartbeat", 1, "no such lock", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  int64_t theirs = metastore_.LockAsOther("db", "t");
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(metastore_.calls(), Not(Contains(kAlter)));
  metastore_.Unlock(theirs);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(metastore_.calls(), Contains(kAlter));
}

TEST_F(HiveFaultsTest, AMetastoreWithoutLocks) {
  metastore_.has_locks = false;
  metastore_.version = "2.3.10";
  table::Table table = MakeTable(*Open());
  auto refused = Open()->Commit(table, Set("k"));
  ASSERT_THAT(refused, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(refused.error().message(), HasSubstr("iceberg.engine.hive.lock-enabled"));
  EXPECT_THAT(Open(kUnlocked)->Commit(table, Set("k")), IsOk());
}

TEST_F(HiveFaultsTest, AnOlderMetastoreThatChecksIsFoundOut) {
  metastore_.version = "2.3.10";
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  metastore_.FailNext("lock", 1, "Table/View 'HIVE_LOCKS' does not exist",
                      FakeMetastore::Done::kNot);
  ASSERT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_EQ(std::ranges::count(metastore_.calls(), kAlter), 2);
  ASSERT_THAT(catalog->Commit(table, Set("l")), IsOk());
  EXPECT_EQ(std::ranges::count(metastore_.calls(), kAlter), 3) << "it is known by now";
}

TEST_F(HiveFaultsTest, ANewMetastoreIsNotAskedForLocksThatAreNotWanted) {
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  ASSERT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_THAT(metastore_.calls(), Not(Contains("lock")));
  EXPECT_EQ(std::ranges::count(metastore_.calls(), kAlter), 1);
}

TEST_F(HiveFaultsTest, ALockIsWaitedFor) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  int64_t theirs = metastore_.LockAsOther("db", "t");
  metastore_.BeforeNext("check_lock", [&] {
    metastore_.BeforeNext("check_lock", [&] { metastore_.Unlock(theirs); });
  });
  ASSERT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_THAT(sleeper_.pauses(),
              ElementsAre(std::chrono::milliseconds(50), std::chrono::milliseconds(75)));
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveFaultsTest, ALockThatOthersKeepIsGivenUp) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.LockAsOther("db", "t");
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(sleeper_.pauses(), Each(Le(std::chrono::milliseconds(5'000))));
  EXPECT_EQ(metastore_.lock_count(), 1U) << "theirs";
  EXPECT_EQ(FileCount(), before);
  storage::CallDeadline deadline(clock_.Monotonic() + std::chrono::seconds(1));
  auto began = clock_.Monotonic();
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_LE(clock_.Monotonic() - began, std::chrono::seconds(1));
  EXPECT_EQ(metastore_.lock_count(), 1U);
}

TEST_F(HiveFaultsTest, ALockThatIsDeniedOrLostLeavesTheTableAsItIs) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.FailNext("lock", 2, "aborted", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnsupported));
  // The metastore forgot it between.
  metastore_.FailNext("heartbeat", 1, "no such lock", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  metastore_.LockAsOther("db", "t");
  metastore_.FailNext("check_lock", 3, "no such lock", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(Parameters()["metadata_location"], table.metadata_location);
  EXPECT_EQ(FileCount(), before);
  EXPECT_EQ(metastore_.lock_count(), 1U) << "theirs";
}

TEST_F(HiveFaultsTest, ALockWhoseAnswerIsLostIsFoundAgain) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  metastore_.LoseNext("lock", Loss::kAnswer);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_EQ(metastore_.lock_count(), 0U);
  metastore_.LoseNext("lock", Loss::kRequest);
  EXPECT_THAT(catalog->Commit(table, Set("l")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveFaultsTest, ALockWhoseAnswerIsLostIsLookedForAgain) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  metastore_.LoseNext("lock", Loss::kAnswer);
  metastore_.FailNext("show_locks", 1, "busy", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsOk());
  EXPECT_THAT(sleeper_.pauses(), ElementsAre(kLookPause));
  EXPECT_EQ(metastore_.lock_count(), 0U);
  metastore_.LoseNext("lock", Loss::kRequest);
  EXPECT_THAT(catalog->Commit(table, Set("l")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(std::ranges::count(metastore_.calls(), "show_locks"), 2 + kLooks);
}

TEST_F(HiveFaultsTest, AnotherWriterUnderTheSameLockIsNotOverwritten) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  metastore_.BeforeNext("lock", [&] { CommitAsOther(2); });
  ASSERT_OK_AND_ASSIGN(auto committed, catalog->Commit(table, Set("k")));
  EXPECT_EQ(committed.metadata->metadata_log.size(), 3U);
}

TEST_F(HiveFaultsTest, ARenameThatMetACommitLosesNothing) {
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  ASSERT_THAT(catalog->Commit(table, Set("warm")), IsOk());
  metastore_.BeforeNext(kAlter, [&] { CommitAsOther(1); });
  EXPECT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsError(ErrorCode::kUnavailable));
  EXPECT_TRUE(IsSetNow("other0"));
  metastore_.LoseNext(kAlter, Loss::kAnswer);
  EXPECT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsOk());
  metastore_.LoseNext(kAlter, Loss::kRequest);
  EXPECT_THAT(catalog->RenameTable({kDb, "u"}, kT), IsError(ErrorCode::kCommitStateUnknown));
}

TEST_F(HiveFaultsTest, ARenameThatTheMetastoreTriedTwiceIsDone) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  const TableIdentifier u{kDb, "u"};
  // Its database carried it out and lost the connection: the second try meets the first.
  metastore_.FailNext(kAlter, 1, "new table db.u already exists", FakeMetastore::Done::kBefore);
  EXPECT_THAT(catalog->RenameTable(kT, u), IsOk());
  EXPECT_EQ(catalog->Load(u).value().metadata_location, table.metadata_location);
  // Somebody else's came first.
  metastore_.BeforeNext(
      kAlter, [&] { EXPECT_THAT(Open()->CreateTable(kT, {.schema = OneColumn()}), IsOk()); });
  EXPECT_THAT(catalog->RenameTable(u, kT), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(catalog->Load(u).value().metadata_location, table.metadata_location);
  // It came first, and ours was dropped: what is there is not ours.
  metastore_.FailNext(kAlter, 1, "new table db.t already exists", FakeMetastore::Done::kNot);
  ASSERT_THAT(catalog->DropTable(kT, DropMode::kKeepFiles), IsOk());
  metastore_.BeforeNext(kAlter, [&] {
    EXPECT_THAT(Open()->CreateTable(kT, {.schema = OneColumn()}), IsOk());
    EXPECT_THAT(Open()->DropTable(u, DropMode::kKeepFiles), IsOk());
  });
  EXPECT_THAT(catalog->RenameTable(u, kT), IsError(ErrorCode::kAlreadyExists));
}

TEST_F(HiveFaultsTest, ATableWhoseMakingIsNotAnswered) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  auto make = [&] { return catalog->CreateTable(kT, {.schema = OneColumn()}); };
  metastore_.LoseNext("create_table", Loss::kRequest);
  EXPECT_THAT(make(), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), 1U);
  metastore_.FailNext("create_table", 3, "no space", FakeMetastore::Done::kNot);
  EXPECT_THAT(make(), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(FileCount(), 1U);
  metastore_.FailNext("create_table", 1, "tried again", FakeMetastore::Done::kBefore);
  EXPECT_THAT(make(), IsOk());
  ASSERT_THAT(catalog->DropTable(kT, DropMode::kKeepFiles), IsOk());
  metastore_.LoseNext("create_table", Loss::kAnswer);
  EXPECT_THAT(make(), IsOk());
  ASSERT_THAT(catalog->DropTable(kT, DropMode::kKeepFiles), IsOk());
  metastore_.FailNext("create_table", 2, "not a valid name", FakeMetastore::Done::kNot);
  EXPECT_THAT(make(), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(HiveFaultsTest, ADropWhoseAnswerIsLost) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.FailNext("drop_table", 2, "not allowed", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kUnavailable));
  metastore_.LoseNext("drop_table", Loss::kRequest);
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), before);
  metastore_.LoseNext("drop_table", Loss::kAnswer);
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsOk());
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveFaultsTest, DatabasesWhoseChangeFails) {
  auto catalog = Open();
  metastore_.FailNext("create_database", 3, "no such file system", FakeMetastore::Done::kNot);
  auto made = catalog->CreateNamespace(kDb, {});
  ASSERT_THAT(made, IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(made.error().message(), HasSubstr("file system"));
  metastore_.LoseNext("create_database", Loss::kAnswer);
  EXPECT_THAT(catalog->CreateNamespace(kDb, {}), IsError(ErrorCode::kCommitStateUnknown));
  metastore_.FailNext("alter_database", 1, "inside", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->UpdateNamespace(kDb, {.updates = {{"k", "v"}}, .removals = {}}),
              IsError(ErrorCode::kCommitStateUnknown));
  metastore_.FailNext("drop_database", 3, "inside", FakeMetastore::Done::kNot);
  EXPECT_THAT(catalog->DropNamespace(kDb), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(catalog->DropNamespace(kDb), IsOk());
}

TEST_F(HiveFaultsTest, ReadsGoOverNewConnectionsAndOtherHosts) {
  metastore_.Down("a");
  auto catalog = Open({{"uri", "thrift://a,thrift://b"}});
  table::Table table = MakeTable(*catalog);
  metastore_.CutAll();
  EXPECT_THAT(catalog->Load(kT), IsOk()) << "the kept one was cut";
  metastore_.CutAll();
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsOk());
  metastore_.LoseNext("get_table_req", Loss::kRequest);
  EXPECT_THAT(catalog->Load(kT), IsOk());
  metastore_.Down("b");
  metastore_.CutAll();
  EXPECT_THAT(catalog->Load(kT), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kKeepFiles), IsError(ErrorCode::kUnavailable));
}

TEST_F(HiveFaultsTest, ASilentHostLeavesTimeForTheOthers) {
  metastore_.Silent("a", clock_);
  PropertyMap hosts = {{"uri", "thrift://a,thrift://b"}};
  auto catalog = Open(hosts);
  auto began = clock_.Monotonic();
  EXPECT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  EXPECT_EQ(clock_.Monotonic() - began, std::chrono::seconds(5));
  EXPECT_THAT(catalog->CreateTable(kT, {.schema = OneColumn()}), IsOk());
  EXPECT_EQ(clock_.Monotonic() - began, std::chrono::seconds(5)) << "b is asked first by now";
  storage::CallDeadline soon(clock_.Monotonic() + std::chrono::seconds(4));
  began = clock_.Monotonic();
  EXPECT_THAT(Open(hosts)->Load(kT), IsOk());
  EXPECT_EQ(clock_.Monotonic() - began, std::chrono::seconds(2)) << "half";
}

TEST_F(HiveFaultsTest, AChangeThatFoundNoConnectionInTimeDidNotHappen) {
  auto catalog = Open(kUnlocked);
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  metastore_.Silent("h", clock_);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(FileCount(), before);
  metastore_.CutAll();
  EXPECT_THAT(catalog->Load(kT), IsError(ErrorCode::kDeadlineExceeded)) << "a read";
}

}  // namespace
}  // namespace firn::catalog::hive
