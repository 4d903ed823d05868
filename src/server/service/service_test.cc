// The catalog's rules over a real SQLite store and files in memory, with faults injected.
#include <filesystem>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/testing/matchers.h"
#include "server/service/commit_counters.h"
#include "server/service/commit_locks.h"
#include "server/service/job_runner.h"
#include "server/service/locations.h"
#include "server/service/metadata_cache.h"
#include "server/service/namespaces.h"
#include "server/service/purge_job.h"
#include "server/service/purge_scope.h"
#include "server/service/table_commits.h"
#include "server/service/tables.h"
#include "server/service/views.h"
#include "server/service/warehouses.h"
#include "server/store/sql/testing/faulty_engine.h"
#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/racing_store.h"
#include "storage/call_deadline.h"
#include "storage/memory_object_store.h"
#include "storage/table_location.h"
#include "storage/testing/faulty_object_store.h"

namespace firn::service {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::TableUpdate;
using store::sql::testing::CommitFault;

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("firn-service-" + Uuid::Random().ToString());
    std::filesystem::create_directories(folder_);
    auto engine = store::sqlite::OpenSqliteEngine({.path = (folder_ / "firn.db").string()});
    ASSERT_THAT(engine, IsOk());
    auto opened = store::sql::SqlCatalogStore::Make(
        std::make_unique<store::sql::testing::FaultyEngine>(*std::move(engine), faults_),
        {.clock = &clock_});
    ASSERT_THAT(opened, IsOk());
    store_ = *std::move(opened);
    files_ = std::make_unique<storage::InMemoryObjectStore>(clock_);
    WarehouseDirectory warehouses(*store_, [](const std::string&) { return Status(); });
    ASSERT_THAT(warehouses.Open("default", "file:///w", clock_.Now()), IsOk());
    call_.warehouse = *warehouses.Default();
    NamespaceService namespaces(EnvironmentOn(*files_));
    ASSERT_THAT(namespaces.Create(call_, kNamespace, {}), IsOk());
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Environment EnvironmentOn(storage::ObjectStore& objects) {
    return {*store_, objects, clock_, cache_, locks_, options_, counters_};
  }
  Environment EnvironmentOn(store::CatalogStore& store) {
    return {store, *files_, clock_, cache_, locks_, options_, counters_};
  }
  /// The next COMMIT fails; the database is back while its reply is being settled.
  void FailCommit(CommitFault fault) {
    constexpr int64_t kRefusals = 3;
    faults_.refusals_left = kRefusals;
    faults_.fault = fault;
  }
  static CreateTableRequest TableRequest(const std::string& name) {
    CreateTableRequest request;
    request.identifier = {kNamespace, name};
    request.schema =
        *iceberg::Schema::Make(iceberg::SchemaId(0),
                               {{.id = iceberg::FieldId(1),
                                 .name = "id",
                                 .type = iceberg::Type::Plain(iceberg::TypeId::kLong)}},
                               {});
    return request;
  }
  static CreateViewRequest ViewRequest(const std::string& name) {
    CreateViewRequest request;
    request.identifier = {kNamespace, name};
    request.schema = TableRequest(name).schema;
    request.version.id = iceberg::ViewVersionId(1);
    request.version.schema_id = iceberg::SchemaId(0);
    request.version.representations = {
        {.type = "sql", .sql = "SELECT 1", .dialect = "spark", .json = {}}};
    request.version.default_namespace = kNamespace.levels;
    return request;
  }
  static TableChange SetProperty(const std::string& name, const std::string& value) {
    TableChange change;
    change.identifier = {kNamespace, name};
    change.updates.emplace_back(iceberg::SetProperties{{{"k", value}}});
    return change;
  }
  /// Every pointer names a file that is there; returns how many there are.
  size_t CheckPointers() {
    auto page = store_->ListObjects(call_.warehouse.id, kNamespace, store::ObjectKind::kTable, {},
                                    kNoDeadline);
    EXPECT_THAT(page, IsOk());
    for (const std::string& name : page->items) {
      auto record = store_->FindObject(call_.warehouse.id, {kNamespace, name},
                                       store::ObjectKind::kTable, kNoDeadline);
      EXPECT_THAT(files_->Stat((*record)->pointer.metadata_location), IsOk());
    }
    return page->items.size();
  }

  inline static const NamespacePath kNamespace{{"ns"}};
  std::filesystem::path folder_;
  ManualClock clock_{TimestampMs(1'000'000)};
  ServiceOptions options_{.allowed_locations = {"file:///extra"}};
  MetadataCache cache_{1 << 20};
  CommitLocks locks_;
  CommitCounters counters_;
  store::sql::testing::FaultSwitch faults_;
  std::unique_ptr<store::CatalogStore> store_;
  std::unique_ptr<storage::InMemoryObjectStore> files_;
  CallContext call_;
};

/// Whether the call that fails has done its work all the same.
class FaultTest : public ServiceTest, public ::testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Applied, FaultTest, ::testing::Bool());

TEST_F(ServiceTest, CommitsWriteAFileAVersion) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  ASSERT_OK_AND_ASSIGN(auto answer, commits.Commit(call_, SetProperty("t", "1")));
  auto entry = std::get<MetadataEntryPtr>(answer);
  EXPECT_EQ(entry->table()->FindProperty("k"), "1");
  EXPECT_EQ(storage::MetadataFileVersion(entry->location()), 1);
  EXPECT_EQ(files_->size(), 2U);
}

TEST_F(ServiceTest, AFailedRequirementLeavesNothingBehind) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  TableChange change = SetProperty("t", "1");
  change.requirements.emplace_back(iceberg::AssertTableUuid{Uuid::Random().ToString()});
  EXPECT_THAT(commits.Commit(call_, change), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(files_->size(), 1U);
}

TEST_F(ServiceTest, TheSecondCreatorsFileIsRemoved) {
  TableService tables(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  CreateTableRequest elsewhere = TableRequest("u");
  elsewhere.location = "file:///w/ns/same";
  ASSERT_THAT(tables.Create(call_, elsewhere), IsOk());
  elsewhere.identifier.name = "v";
  elsewhere.location = "file:///w/ns/same/below";
  EXPECT_THAT(tables.Create(call_, elsewhere), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(files_->size(), 2U);
}

TEST_F(ServiceTest, ALostReplyOfACommitIsSettledAsSuccess) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  FailCommit(CommitFault::kAppliedThenDown);
  EXPECT_THAT(commits.Commit(call_, SetProperty("t", "1")), IsOk());
  ASSERT_OK_AND_ASSIGN(auto entry, tables.Load(call_, {kNamespace, "t"}));
  EXPECT_EQ(entry->table()->FindProperty("k"), "1");
  EXPECT_EQ(files_->size(), 2U);
}

TEST_F(ServiceTest, ALostCommitIsProvenAbortedAndItsFileGoes) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  FailCommit(CommitFault::kDown);
  EXPECT_THAT(commits.Commit(call_, SetProperty("t", "1")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(files_->size(), 1U);
  EXPECT_THAT(commits.Commit(call_, SetProperty("t", "2")), IsOk());
}

TEST_F(ServiceTest, AnUnknownOutcomeDeletesNothing) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  for (CommitFault fault : {CommitFault::kDown, CommitFault::kAppliedThenDown}) {
    size_t files = files_->size();
    faults_.fault = fault;
    faults_.refusals_left = -1;
    // A busy machine may not come to the COMMIT in its time: it gets more then.
    size_t attempts = 0;
    const int64_t met = faults_.met;
    for (std::chrono::milliseconds time(30); faults_.met == met; time *= 2) {
      CallContext hurried = call_;
      hurried.deadline = std::chrono::steady_clock::now() + time;
      EXPECT_THAT(commits.Commit(hurried, SetProperty("t", "1")),
                  IsError(ErrorCode::kCommitStateUnknown));
      EXPECT_EQ(files_->size(), files + ++attempts);
    }
    faults_.fault = CommitFault::kNone;
    CheckPointers();
    auto now = tables.Load(call_, {kNamespace, "t"}).value()->table()->FindProperty("k");
    EXPECT_EQ(now.has_value(), fault == CommitFault::kAppliedThenDown);
    TableChange other = SetProperty("t", "1");
    other.updates = {iceberg::SetProperties{{{"other", std::to_string(files)}}}};
    EXPECT_THAT(commits.Commit(call_, other), IsOk());
  }
}

TEST_F(ServiceTest, ACallWithAKeyCanBeRepeatedAfterItsAttemptWasAborted) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  CallContext keyed = call_;
  keyed.idempotency = store::IdempotencyKey{.key = Uuid::Random().ToString(),
                                            .principal = "p",
                                            .warehouse = call_.warehouse.id,
                                            .operation = "POST x",
                                            .body_hash = "h",
                                            .expires_at = TimestampMs(2'000'000)};
  FailCommit(CommitFault::kDown);
  EXPECT_THAT(commits.Commit(keyed, SetProperty("t", "1")), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(commits.Commit(keyed, SetProperty("t", "1")), IsOk());
  ASSERT_OK_AND_ASSIGN(auto again, commits.Commit(keyed, SetProperty("t", "1")));
  EXPECT_TRUE(std::holds_alternative<store::StoredOutcome>(again));
}

TEST_F(ServiceTest, LostRacesAreRunAgainAsOftenAsTheSettingSays) {
  store::testing::RacingStore racing(*store_);
  Environment environment = EnvironmentOn(racing);
  TableService tables(environment);
  TableCommitService commits(environment);
  ViewService views(environment);
  ASSERT_OK_AND_ASSIGN(auto made, tables.Create(call_, TableRequest("t")));
  const std::string file = std::get<MetadataEntryPtr>(made)->location();
  ASSERT_THAT(views.Create(call_, ViewRequest("v")), IsOk());
  const TableIdentifier table{kNamespace, "t"};
  ViewChange view_change{.identifier = {kNamespace, "v"}, .requirements = {}, .updates = {}};
  view_change.updates.emplace_back(iceberg::SetProperties{{{"k", "1"}}});
  const std::vector<std::function<bool()>> calls = {
      [&] { return commits.Commit(call_, SetProperty("t", "1")).has_value(); },
      [&] { return views.Commit(call_, view_change).has_value(); },
      [&] { return tables.Register(call_, table, file, /*overwrite=*/true).has_value(); },
      [&] { return tables.Unregister(call_, table).has_value(); }};
  options_.commit_retries = 3;
  for (const auto& call : calls) {
    size_t files = files_->size();
    racing.races_left = 4;
    EXPECT_FALSE(call());
    EXPECT_EQ(racing.races_left, 0);
    EXPECT_EQ(files_->size(), files);
    racing.races_left = 3;
    EXPECT_TRUE(call());
  }
}

TEST_F(ServiceTest, AFailedRequirementIsNotRunAgain) {
  store::testing::RacingStore racing(*store_);
  TableService tables(EnvironmentOn(racing));
  TableCommitService commits(EnvironmentOn(racing));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  TableChange change = SetProperty("t", "1");
  change.requirements.emplace_back(iceberg::AssertCurrentSchemaId{iceberg::SchemaId(9)});
  racing.races_left = 1;
  EXPECT_THAT(commits.Commit(call_, change), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(racing.races_lost, 0);
}

TEST_P(FaultTest, AnyFailingFileCallLeavesPointersWhole) {
  bool applied = GetParam();
  for (int call = 1;; ++call) {
    storage::testing::FaultyObjectStore faulty(*files_);
    faulty.Arm({.call = call, .applied = applied});
    TableService tables(EnvironmentOn(faulty));
    TableCommitService commits(EnvironmentOn(faulty));
    std::string name = "t" + std::to_string(call);
    bool created = tables.Create(call_, TableRequest(name)).has_value();
    bool committed = created && commits.Commit(call_, SetProperty(name, "1")).has_value();
    CheckPointers();
    if (committed) {
      return;
    }
    ASSERT_LT(call, 50);
  }
}

TEST_F(ServiceTest, ChangesThatWriteOrDropAreCountedOnce) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ViewService views(EnvironmentOn(*files_));
  const TableIdentifier table{kNamespace, "t"};
  const TableIdentifier view{kNamespace, "v"};
  ViewChange view_change{.identifier = view, .requirements = {}, .updates = {}};
  ViewChange view_no_op = view_change;
  view_change.updates.emplace_back(iceberg::SetProperties{{{"k", "v"}}});
  const TableChange no_op{.identifier = table, .requirements = {}, .updates = {}};
  uint64_t before = 0;
  auto counted = [&](const auto& answer) {
    EXPECT_THAT(answer, IsOk());
    return counters_.committed.load() - std::exchange(before, counters_.committed.load());
  };
  EXPECT_EQ(counted(tables.Create(call_, TableRequest("t"))), 1U);
  EXPECT_EQ(counted(commits.Commit(call_, SetProperty("t", "1"))), 1U);
  EXPECT_EQ(counted(commits.Commit(call_, no_op)), 0U);
  EXPECT_EQ(counted(tables.Stage(call_, TableRequest("staged"))), 0U);
  EXPECT_EQ(counted(views.Create(call_, ViewRequest("v"))), 1U);
  EXPECT_EQ(counted(views.Commit(call_, view_change)), 1U);
  EXPECT_EQ(counted(views.Commit(call_, view_no_op)), 0U);
  EXPECT_EQ(counted(views.Drop(call_, view)), 1U);
  ASSERT_OK_AND_ASSIGN(auto gone, tables.Unregister(call_, table));
  EXPECT_EQ(counted(Result<int>(0)), 1U);
  const std::string location = std::get<MetadataEntryPtr>(gone)->location();
  EXPECT_EQ(counted(tables.Register(call_, table, location, /*overwrite=*/false)), 1U);
  // Kept under a key: neither what changes nothing nor a replay counts.
  call_.idempotency = store::IdempotencyKey{.key = Uuid::Random().ToString(),
                                            .principal = "",
                                            .warehouse = call_.warehouse.id,
                                            .operation = "POST t",
                                            .body_hash = "",
                                            .expires_at = TimestampMs(9'000'000)};
  EXPECT_EQ(counted(commits.Commit(call_, no_op)), 0U);
  EXPECT_EQ(counted(commits.Commit(call_, SetProperty("t", "2"))), 0U);
  call_.idempotency.reset();
  EXPECT_EQ(counted(tables.Drop(call_, table, /*purge=*/false)), 1U);
  EXPECT_EQ(counters_.conflicts.load(), 0U);
  EXPECT_THAT(tables.Drop(call_, table, /*purge=*/false), IsError(ErrorCode::kNoSuchTable));
  EXPECT_EQ(counters_.committed.load(), before);
}

TEST_F(ServiceTest, TransactionsAreAllOrNothing) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_THAT(tables.Create(call_, TableRequest("a")), IsOk());
  ASSERT_THAT(tables.Create(call_, TableRequest("b")), IsOk());
  std::vector<TableChange> changes = {SetProperty("a", "1"), SetProperty("b", "1")};
  changes[1].requirements.emplace_back(iceberg::AssertTableUuid{Uuid::Random().ToString()});
  EXPECT_THAT(commits.CommitAll(call_, changes), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(tables.Load(call_, {kNamespace, "a"}).value()->table()->FindProperty("k"),
            std::nullopt);
  changes[1].requirements.clear();
  EXPECT_THAT(commits.CommitAll(call_, changes), IsOk());
  EXPECT_EQ(tables.Load(call_, {kNamespace, "b"}).value()->table()->FindProperty("k"), "1");
  changes.push_back(SetProperty("a", "2"));
  EXPECT_THAT(commits.CommitAll(call_, changes), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ServiceTest, OldMetadataFilesGoWhereTheTableSaysSo) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  CreateTableRequest request = TableRequest("t");
  request.properties = {{"write.metadata.delete-after-commit.enabled", "true"},
                        {"write.metadata.previous-versions-max", "2"}};
  ASSERT_THAT(tables.Create(call_, request), IsOk());
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(commits.Commit(call_, SetProperty("t", std::to_string(i))), IsOk());
  }
  EXPECT_EQ(files_->size(), 3U);
}

TEST_F(ServiceTest, DeletingFilesHoldsNoOtherCommitAndHasOneLimit) {
  storage::testing::FaultyObjectStore files(*files_);
  std::set<MonotonicTime> limits;
  const std::vector<store::ObjectId> objects = {store::ObjectId(1), store::ObjectId(2)};
  files.BeforeDelete([&] {
    limits.insert(storage::CallDeadline::Current());
    clock_.Advance(std::chrono::milliseconds(800));
    EXPECT_THAT(locks_.Acquire(objects, MonotonicTime::min()), IsOk());
  });
  TableService tables(EnvironmentOn(files));
  TableCommitService commits(EnvironmentOn(files));
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(commits.Commit(call_, SetProperty("t", std::to_string(i))), IsOk());
  }
  TableChange change = SetProperty("t", "last");
  change.updates.emplace_back(
      iceberg::SetProperties{{{"write.metadata.delete-after-commit.enabled", "true"},
                              {"write.metadata.previous-versions-max", "2"}}});
  MonotonicTime begin = clock_.Monotonic();
  ASSERT_THAT(commits.Commit(call_, change), IsOk());
  EXPECT_EQ(files_->size(), 3U);
  EXPECT_EQ(limits, std::set{begin + kMaxDiscardTime});
}

TEST_F(ServiceTest, TheFilesOfALostTransactionHaveOneLimit) {
  storage::testing::FaultyObjectStore files(*files_);
  std::set<MonotonicTime> limits;
  files.BeforeDelete([&] {
    limits.insert(storage::CallDeadline::Current());
    clock_.Advance(std::chrono::milliseconds(800));
  });
  options_.commit_retries = 0;
  store::testing::RacingStore racing(*store_);
  TableService tables(EnvironmentOn(files));
  TableCommitService commits({racing, files, clock_, cache_, locks_, options_, counters_});
  std::vector<TableChange> changes;
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_THAT(tables.Create(call_, TableRequest(name)), IsOk());
    changes.push_back(SetProperty(name, "1"));
  }
  MonotonicTime begin = clock_.Monotonic();
  racing.races_left = 1;
  EXPECT_THAT(commits.CommitAll(call_, changes), IsError(ErrorCode::kLostRace));
  EXPECT_EQ(limits, std::set{begin + kMaxDiscardTime});
  EXPECT_EQ(files_->size(), 3U);
}

TEST_F(ServiceTest, MetadataAboveTheLimitIsNeitherWrittenNorRead) {
  TableService tables(EnvironmentOn(*files_));
  TableCommitService commits(EnvironmentOn(*files_));
  ASSERT_OK_AND_ASSIGN(auto created, tables.Create(call_, TableRequest("t")));
  const std::string location = std::get<MetadataEntryPtr>(created)->location();
  ASSERT_OK_AND_ASSIGN(storage::FileStat file, files_->Stat(location));
  options_.max_metadata_bytes = file.size_bytes;
  EXPECT_THAT(commits.Commit(call_, SetProperty("t", "longer than before")),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(files_->size(), 1U);
  cache_.Erase(location);
  EXPECT_THAT(tables.Load(call_, {kNamespace, "t"}), IsOk());
  cache_.Erase(location);
  options_.max_metadata_bytes = file.size_bytes - 1;
  EXPECT_THAT(tables.Load(call_, {kNamespace, "t"}), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(tables.Register(call_, {kNamespace, "again"}, location, /*overwrite=*/false),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ServiceTest, PurgeDeletesWhatTheTableOwns) {
  Environment environment = EnvironmentOn(*files_);
  TableService tables(environment);
  TableCommitService commits(environment);
  ASSERT_THAT(tables.Create(call_, TableRequest("t")), IsOk());
  ASSERT_THAT(tables.Create(call_, TableRequest("other")), IsOk());
  ASSERT_THAT(commits.Commit(call_, SetProperty("t", "1")), IsOk());
  ASSERT_THAT(tables.Drop(call_, {kNamespace, "t"}, /*purge=*/true), IsOk());
  ASSERT_OK_AND_ASSIGN(auto job, store_->ClaimJob("me", clock_.Now(), TimestampMs(9'000'000)));
  ASSERT_TRUE(job.has_value());
  std::atomic<bool> stop = false;
  EXPECT_THAT(RunPurge(environment, *job, stop), IsOk());
  EXPECT_EQ(files_->size(), 1U);
  EXPECT_EQ(CheckPointers(), 1U);
  EXPECT_THAT(RunPurge(environment, *job, stop), IsOk());  // again: nothing left to do
}

TEST_F(ServiceTest, APurgeOwnsDataOnlyInTheTablesLocation) {
  auto environment = EnvironmentOn(*files_);
  TableService tables(environment);
  CreateTableRequest request = TableRequest("t");
  request.location = "file:///w/t";
  request.properties = {{"write.data.path", "file:///extra/data"},
                        {"write.metadata.path", "file:///extra/metadata"}};
  ASSERT_OK_AND_ASSIGN(auto answer, tables.Create(call_, request));
  auto metadata = std::get<MetadataEntryPtr>(answer)->table();
  ASSERT_THAT(tables.Drop(call_, request.identifier, false), IsOk());
  PurgePayload payload{.metadata_location = "", .location = "file:///w/t", .uuid = metadata->uuid};
  PurgeScope scope(environment, payload);
  scope.AddFolders(*metadata);
  ASSERT_THAT(scope.Refresh(), IsOk());
  EXPECT_EQ(scope.Judge("file:///w/t/data/f", FileKind::kData), Claim::kOwned);
  EXPECT_EQ(scope.Judge("file:///w/t/metadata/f", FileKind::kMetadata), Claim::kOwned);
  EXPECT_EQ(scope.Judge("file:///extra/metadata/f", FileKind::kMetadata), Claim::kOwned);
  // Another table may have that folder for its data.
  EXPECT_EQ(scope.Judge("file:///extra/metadata/f", FileKind::kData), Claim::kOutside);
  EXPECT_EQ(scope.Judge("file:///extra/data/f", FileKind::kData), Claim::kOutside);
  EXPECT_EQ(scope.Judge("file:///extra/data/f", FileKind::kMetadata), Claim::kOutside);
  // A version of the table lay there: the same folder, with all that is in it.
  iceberg::TableMetadata moved = *metadata;
  moved.location = "file:///extra/metadata";
  scope.AddFolders(moved);
  ASSERT_THAT(scope.Refresh(), IsOk());
  EXPECT_EQ(scope.Folders(), (std::vector<std::string>{"file:///w/t", "file:///extra/metadata"}));
  EXPECT_EQ(scope.Judge("file:///extra/metadata/f", FileKind::kData), Claim::kOwned);
}

TEST_F(ServiceTest, LocationsOutsideAreRefused) {
  Environment environment = EnvironmentOn(*files_);
  for (std::string_view inside : {"file:///w/a", "/w/a/b", "file:/extra/x"}) {
    EXPECT_THAT(CheckAllowed(environment, call_.warehouse, inside), IsOk()) << inside;
  }
  for (std::string_view outside : {"file:///w", "/etc/x", "file:///w/../etc", "/w/%2E%2e/x",
                                   "s3://b/w/a", "relative", "", "file:///extra"}) {
    EXPECT_THAT(CheckAllowed(environment, call_.warehouse, outside),
                IsError(ErrorCode::kInvalidArgument))
        << outside;
  }
}

}  // namespace
}  // namespace firn::service
