// The registry in tables as Feast makes them, on both engines. PostgreSQL is skipped where it is
// not installed. What Feast itself writes is in tests/feast/test_sql_registry.py.
#include "features/definitions/sql/sql_registry.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/hex.h"
#include "base/testing/matchers.h"
#include "catalog/sql/postgres_database.h"
#include "catalog/sql/sqlite_connection.h"
#include "catalog/sql/testing/postgres_cluster.h"
#include "catalog/sql/testing/waiting_vfs.h"
#include "features/definitions/protobuf_wire.h"
#include "features/definitions/shared_definitions.h"
#include "features/definitions/sql/registry_rows.h"
#include "storage/call_deadline.h"
#include "storage/testing/test_folder.h"

namespace firn::features {
namespace {

using catalog::sql::IfMissing;
using catalog::sql::PostgresDatabase;
using catalog::sql::SqlConnection;
using catalog::sql::SqlDatabase;
using catalog::sql::SqliteDatabase;
using catalog::sql::Transaction;
using catalog::sql::testing::PostgresCluster;
using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PostgresCluster* Cluster() {
  return PostgresCluster::Shared(FIRN_SOURCE_DIR "/tests/harness/postgres-cluster");
}

std::string Message(uint32_t field, std::string_view bytes) {
  std::string message;
  AppendBytesField(message, field, bytes);
  return message;
}

std::string ViewOf(std::string_view name) { return Message(1, Message(1, name)); }
std::string SourceOf(std::string_view name) { return Message(20, name); }

class SqlRegistryTest : public ::testing::TestWithParam<RegistryEngine> {
 protected:
  void SetUp() override {
    url_.engine = GetParam();
    url_.options.busy_timeout = std::chrono::seconds(20);
    if (is_sqlite()) {
      url_.options.path = folder_.At("registry.db");
    } else if (Cluster() == nullptr) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    } else {
      url_.options.postgres = Cluster()->MakeDatabase();
    }
    OpenRegistry();
  }

  bool is_sqlite() const { return GetParam() == RegistryEngine::kSqlite; }
  void OpenRegistry() {
    registry_ = std::make_unique<SqlRegistry>("here", OpenRegistryDatabase(url_),
                                              [this](LoadTrouble trouble, const Error& error) {
                                                told_.emplace_back(trouble, error.Describe());
                                              });
  }
  std::unique_ptr<SqlDatabase> Database() const {
    if (is_sqlite()) {
      return std::make_unique<SqliteDatabase>(url_.options);
    }
    return std::make_unique<PostgresDatabase>(url_.options);
  }

  /// In one transaction.
  void Change(const std::vector<std::string>& statements) {
    auto database = Database();
    ASSERT_OK_AND_ASSIGN(auto connection,
                         database->Begin(Transaction::kChange, IfMissing::kCreate));
    for (const std::string& statement : statements) {
      ASSERT_THAT(connection->Execute(statement, {}), IsOk()) << statement;
    }
    ASSERT_THAT(connection->Commit(), IsOk());
  }

  void MakeTables() {
    std::vector<std::string> statements;
    for (const auto& [table, object] :
         {std::pair<std::string, std::string>{"feature_views", "feature_view"},
          {"stream_feature_views", "feature_view"},
          {"data_sources", "data_source"},
          {"feature_services", "feature_service"}}) {
      statements.push_back(fmt::format(
          "CREATE TABLE {0} ({1}_name VARCHAR(255) NOT NULL, project_id VARCHAR(255) NOT NULL, "
          "last_updated_timestamp BIGINT NOT NULL, {1}_proto {2} NOT NULL, "
          "PRIMARY KEY ({1}_name, project_id))",
          table, object, is_sqlite() ? "BLOB" : "BYTEA"));
    }
    Change(statements);
  }

  void MakeOneView() {
    MakeTables();
    Change({Insert("feature_views", "rides", "a", ViewOf("one"))});
  }

  /// A file of SQLite's can then be written while it is read.
  void KeepALog() const {
    if (is_sqlite()) {
      auto connection =
          catalog::sql::SqliteConnection::Open(url_.options, IfMissing::kFail).value();
      ASSERT_THAT(connection->Query("PRAGMA journal_mode = WAL", {}, [](const auto&) {}), IsOk());
    }
  }

  std::string Insert(const std::string& table,
                     const std::string& project,
                     const std::string& name,
                     std::string_view message) const {
    return fmt::format("INSERT INTO {} VALUES ('{}', '{}', 1, {})", table, name, project,
                       Literal(message));
  }
  /// As Feast does last of all when it applies a view: the row's timestamp stays.
  std::string UpdateView(const std::string& name, std::string_view message) const {
    return fmt::format(
        "UPDATE feature_views SET feature_view_proto = {} "
        "WHERE feature_view_name = '{}' AND project_id = 'rides'",
        Literal(message), name);
  }
  std::string Literal(std::string_view bytes) const {
    const std::string hex = HexEncode(bytes);
    return is_sqlite() ? fmt::format("X'{}'", hex) : fmt::format("decode('{}', 'hex')", hex);
  }

  storage::testing::TestFolder folder_;
  RegistryUrl url_;
  std::unique_ptr<SqlRegistry> registry_;
  std::vector<std::pair<LoadTrouble, std::string>> told_;
};

TEST_P(SqlRegistryTest, WhereThereIsNoneItIsNotFound) {
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound));
  Change({"CREATE TABLE feature_views (x INT)"});
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound));
  Change({"DROP TABLE feature_views"});
  MakeTables();
  ASSERT_OK_AND_ASSIGN(auto loaded, registry_->Load());
  EXPECT_TRUE(loaded->views.empty());
}

TEST_P(SqlRegistryTest, ObjectsAreOfTheProjectsOfTheirRows) {
  MakeTables();
  const std::string odd("od\0d\xff", 5);
  std::string elsewhere = Message(1, Message(1, "stats") + Message(2, "elsewhere"));
  std::string service = Message(1, Message(3, Message(1, "stats") + Message(3, "origin")));
  Change({Insert("feature_views", "rides", "stats", elsewhere),
          Insert("feature_views", "other", "stats", ViewOf("stats")),
          Insert("feature_views", "rides", "odd", ViewOf(odd)),
          Insert("stream_feature_views", "rides", "stream", ViewOf("stream")),
          Insert("data_sources", "rides", "source", SourceOf("source")),
          Insert("feature_services", "rides", "trip", service)});
  ASSERT_OK_AND_ASSIGN(auto loaded, registry_->Load());
  EXPECT_EQ(loaded->views.size(), 4U);
  for (const auto& [project, name] : {std::pair<std::string, std::string>{"rides", "stats"},
                                      {"other", "stats"},
                                      {"rides", odd},
                                      {"rides", "stream"}}) {
    EXPECT_THAT(loaded->FindView(project, name), IsOk());
  }
  EXPECT_EQ(loaded->views.back().name, "stream");
  EXPECT_THAT(loaded->FindSource("rides", "source"), IsOk());
  EXPECT_THAT(loaded->FindSource("other", "source"), IsError(ErrorCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const FeastView* view, loaded->FindView("rides", "stats"));
  ASSERT_OK_AND_ASSIGN(const FeastProjection* origin, loaded->FindProjection(*view, "origin"));
  EXPECT_NE(origin, nullptr);
}

TEST_P(SqlRegistryTest, IsReadAgainWhereItHasChanged) {
  MakeTables();
  Change({Insert("feature_views", "rides", "a", ViewOf("one")),
          Insert("data_sources", "rides", "s", SourceOf("s")),
          "CREATE TABLE feast_metadata (x INT)"});
  ASSERT_OK_AND_ASSIGN(auto first, registry_->Load());
  ASSERT_OK_AND_ASSIGN(auto again, registry_->Load());
  EXPECT_EQ(first, again);
  Change({UpdateView("a", ViewOf("two"))});
  ASSERT_OK_AND_ASSIGN(auto second, registry_->Load());
  EXPECT_THAT(second->FindView("rides", "two"), IsOk());
  EXPECT_THAT(first->FindView("rides", "one"), IsOk()) << "who has it keeps it";
  Change({"DELETE FROM data_sources"});
  ASSERT_OK_AND_ASSIGN(auto third, registry_->Load());
  EXPECT_TRUE(third->sources.empty());
  Change({"DELETE FROM feature_views", Insert("feature_views", "rides", "a", ViewOf("six"))});
  ASSERT_OK_AND_ASSIGN(auto fourth, registry_->Load());
  EXPECT_THAT(fourth->FindView("rides", "six"), IsOk());
  ASSERT_OK_AND_ASSIGN(again, registry_->Load());
  EXPECT_EQ(fourth, again);
  if (!is_sqlite()) {
    Change({"INSERT INTO feast_metadata VALUES (1)"});
    ASSERT_OK_AND_ASSIGN(again, registry_->Load());
    EXPECT_EQ(fourth, again) << "other tables do not count";
  }
}

TEST_P(SqlRegistryTest, WhatIsBeingWrittenIsNotThereYet) {
  MakeOneView();
  auto database = Database();
  ASSERT_OK_AND_ASSIGN(auto writer, database->Begin(Transaction::kChange, IfMissing::kFail));
  ASSERT_THAT(writer->Execute(UpdateView("a", ViewOf("two")), {}), IsOk());
  ASSERT_OK_AND_ASSIGN(auto before, registry_->Load());
  EXPECT_THAT(before->FindView("rides", "one"), IsOk());
  ASSERT_THAT(writer->Commit(), IsOk());
  ASSERT_OK_AND_ASSIGN(auto after, registry_->Load());
  EXPECT_THAT(after->FindView("rides", "two"), IsOk());
}

TEST_P(SqlRegistryTest, NeverAMixtureOfTwoStates) {
  MakeTables();
  Change({Insert("feature_views", "rides", "a", ViewOf("n0")),
          Insert("data_sources", "rides", "s", SourceOf("n0"))});
  std::atomic<bool> written = false;
  std::jthread writer([&] {
    for (int i = 1; i <= 60; ++i) {
      const std::string name = fmt::format("n{}", i);
      Change({UpdateView("a", ViewOf(name)), "DELETE FROM data_sources",
              Insert("data_sources", "rides", "s", SourceOf(name))});
    }
    written = true;
  });
  SharedDefinitions registry(std::move(registry_));
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!written) {
        auto loaded = registry.Load();
        ASSERT_THAT(loaded, IsOk());
        ASSERT_EQ((*loaded)->views.size(), 1U);
        ASSERT_EQ((*loaded)->sources.size(), 1U);
        ASSERT_EQ((*loaded)->views[0].name, (*loaded)->sources[0].name);
      }
    });
  }
  readers.clear();
  writer.join();
  ASSERT_OK_AND_ASSIGN(auto last, registry.Load());
  EXPECT_EQ(last->views[0].name, "n60");
}

TEST_P(SqlRegistryTest, RowsAreOfTheMomentOfTheirVersion) {
  MakeOneView();
  KeepALog();
  auto database = OpenRegistryDatabase(url_);
  std::vector<std::string> versions;
  std::vector<std::string> names;
  const auto look = [&](const std::string& version, SqlConnection& connection) -> Status {
    versions.push_back(version);
    Change({UpdateView("a", ViewOf("two"))});
    ASSIGN_OR_RETURN(std::string bytes, ReadRegistryRows(connection));
    ASSIGN_OR_RETURN(FeastRegistry registry, ReadFeastRegistry(bytes));
    names.push_back(registry.views.at(0).name);
    return {};
  };
  ASSERT_THAT(database->Read(look), IsOk());
  ASSERT_THAT(database->Read(look), IsOk());
  EXPECT_THAT(names, ElementsAre("one", "two"));
  EXPECT_NE(versions[0], versions[1]);
}

TEST_P(SqlRegistryTest, WhatIsNoMessageIsAnErrorUntilItIsOne) {
  MakeTables();
  Change({Insert("feature_views", "rides", "a", "no message")});
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kInvalidMetadata));
  Change({UpdateView("a", ViewOf("one"))});
  EXPECT_THAT(registry_->Load(), IsOk());
}

TEST_P(SqlRegistryTest, ATableThatIsGoneIsNotFound) {
  MakeOneView();
  ASSERT_THAT(registry_->Load(), IsOk());
  Change({"ALTER TABLE feature_services RENAME TO gone"});
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound)) << "not the registry of before";
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(told_.size(), 1U) << "once";
  Change({"ALTER TABLE gone RENAME TO feature_services"});
  EXPECT_THAT(registry_->Load(), IsOk());
  Change({"ALTER TABLE feature_services RENAME COLUMN feature_service_proto TO other",
          UpdateView("a", ViewOf("two"))});
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kInternal)) << "all tables are there";
  EXPECT_THAT(told_.at(1).second, HasSubstr("feature_service_proto")) << "what only a log says";
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         SqlRegistryTest,
                         ::testing::Values(RegistryEngine::kSqlite, RegistryEngine::kPostgres),
                         [](const auto& engine) {
                           return engine.param == RegistryEngine::kSqlite ? "Sqlite" : "Postgres";
                         });

/// With waits that take no time.
class SqliteRegistryTest : public SqlRegistryTest {
 protected:
  void SetUp() override {
    url_.options.vfs = catalog::sql::testing::WaitingVfsName();
    SqlRegistryTest::SetUp();
  }
  void TearDown() override { catalog::sql::testing::OnLockWait(nullptr); }

  /// Keeps everyone out of the file at `path`.
  std::unique_ptr<catalog::sql::SqliteConnection> Lock(const std::string& path) const {
    auto lock = catalog::sql::SqliteConnection::Open({.path = path}, IfMissing::kFail).value();
    EXPECT_THAT(lock->Execute("BEGIN EXCLUSIVE", {}), IsOk());
    return lock;
  }
};
INSTANTIATE_TEST_SUITE_P(Alone, SqliteRegistryTest, ::testing::Values(RegistryEngine::kSqlite));

TEST_P(SqliteRegistryTest, ALockedFileIsAsItWasBefore) {
  MakeOneView();
  ASSERT_OK_AND_ASSIGN(auto before, registry_->Load());
  auto lock = Lock(url_.options.path);
  ASSERT_OK_AND_ASSIGN(auto locked, registry_->Load());
  EXPECT_EQ(locked, before);
  ASSERT_THAT(registry_->Load(), IsOk());
  ASSERT_EQ(told_.size(), 1U) << "once";
  EXPECT_EQ(told_[0].first, LoadTrouble::kKept);
  EXPECT_THAT(told_[0].second, HasSubstr("locked"));
  lock.reset();
  EXPECT_THAT(registry_->Load(), IsOk());
  lock = Lock(url_.options.path);
  EXPECT_THAT(registry_->Load(), IsOk());
  EXPECT_EQ(told_.size(), 2U) << "it is another time";
  OpenRegistry();
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kUnavailable)) << "there is none of before";
  EXPECT_EQ(told_.back().first, LoadTrouble::kFailed);
  lock.reset();
  EXPECT_THAT(registry_->Load(), IsOk());
}

TEST_P(SqliteRegistryTest, ALockIsWaitedForUntilItIsLeft) {
  MakeTables();
  auto lock = Lock(url_.options.path);
  int waits = 0;
  catalog::sql::testing::OnLockWait([&](std::chrono::microseconds) {
    if (++waits == 3) {
      lock.reset();
    }
  });
  EXPECT_THAT(registry_->Load(), IsOk());
  EXPECT_EQ(waits, 3);
}

TEST_P(SqliteRegistryTest, ALockIsWaitedForNoLongerThanTheCallMayTake) {
  MakeTables();
  ASSERT_THAT(registry_->Load(), IsOk());
  auto lock = Lock(url_.options.path);
  std::chrono::microseconds waited{0};
  catalog::sql::testing::OnLockWait([&](std::chrono::microseconds time) { waited += time; });
  constexpr std::chrono::milliseconds kTime{100};
  const storage::CallDeadline deadline(std::chrono::steady_clock::now() + kTime);
  EXPECT_THAT(registry_->Load(), IsOk());
  EXPECT_LE(waited, kTime);
}

TEST_P(SqliteRegistryTest, WhatCouldNotBeReadIsNotServedUnderALock) {
  MakeOneView();
  ASSERT_THAT(registry_->Load(), IsOk());
  Change({UpdateView("a", "no message")});
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kInvalidMetadata));
  auto lock = Lock(url_.options.path);
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kUnavailable)) << "`one` is not what is there";
}

TEST_P(SqliteRegistryTest, AnotherFileThatIsLockedIsNotTheOneOfBefore) {
  MakeOneView();
  const std::string path = url_.options.path;
  std::filesystem::copy_file(path, path + ".new");
  Change({UpdateView("a", ViewOf("two"))});
  ASSERT_THAT(registry_->Load(), IsOk());
  auto lock = Lock(path + ".new");
  std::filesystem::rename(path + ".new", path);
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kUnavailable)) << "nor at the next look";
  lock.reset();
  ASSERT_OK_AND_ASSIGN(auto after, registry_->Load());
  EXPECT_THAT(after->FindView("rides", "one"), IsOk());
}

TEST_P(SqliteRegistryTest, WhatIsNoLockIsAnError) {
  MakeOneView();
  ASSERT_THAT(registry_->Load(), IsOk());
  Change({UpdateView("a", ViewOf("two"))});
  const sqlite3_int64 before = sqlite3_hard_heap_limit64(1);
  auto loaded = registry_->Load();
  sqlite3_hard_heap_limit64(before);
  EXPECT_THAT(loaded, IsError(ErrorCode::kUnavailable)) << "no memory";
  EXPECT_THAT(registry_->Load(), IsOk());
}

TEST_P(SqliteRegistryTest, AnotherFileInItsPlaceIsRead) {
  MakeOneView();
  const std::string path = url_.options.path;
  std::filesystem::copy_file(path, path + ".new");
  Change({UpdateView("a", ViewOf("two"))});
  // Of both files this is the first connection, with the same count of changes.
  ASSERT_OK_AND_ASSIGN(auto before, registry_->Load());
  EXPECT_THAT(before->FindView("rides", "two"), IsOk());
  std::filesystem::rename(path + ".new", path);
  ASSERT_OK_AND_ASSIGN(auto after, registry_->Load());
  EXPECT_THAT(after->FindView("rides", "one"), IsOk());
  std::filesystem::remove(path);
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound));
}

TEST_P(SqliteRegistryTest, AWriteAheadLogIsRead) {
  MakeTables();
  KeepALog();
  for (const char* name : {"one", "two", "six"}) {
    Change({"DELETE FROM feature_views", Insert("feature_views", "rides", "a", ViewOf(name))});
    ASSERT_OK_AND_ASSIGN(auto loaded, registry_->Load());
    EXPECT_THAT(loaded->FindView("rides", name), IsOk());
    ASSERT_OK_AND_ASSIGN(auto again, registry_->Load());
    EXPECT_EQ(loaded, again);
  }
}

class PostgresRegistryTest : public SqlRegistryTest {};
INSTANTIATE_TEST_SUITE_P(Alone, PostgresRegistryTest, ::testing::Values(RegistryEngine::kPostgres));

TEST_P(PostgresRegistryTest, ALostConnectionIsMadeAnew) {
  MakeTables();
  ASSERT_OK_AND_ASSIGN(auto before, registry_->Load());
  Change(
      {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
       "WHERE datname = current_database() AND pid <> pg_backend_pid()"});
  ASSERT_OK_AND_ASSIGN(auto after, registry_->Load());
  EXPECT_EQ(before, after);
}

TEST_P(PostgresRegistryTest, TablesAreThoseOfTheSearchPath) {
  Change({"CREATE SCHEMA fs"});
  url_.options.postgres["options"] = "-c search_path=fs";
  MakeTables();
  OpenRegistry();
  EXPECT_THAT(registry_->Load(), IsOk());
  url_.options.postgres.erase("options");
  OpenRegistry();
  EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kNotFound));
}

/// Where the server's words would have it.
TEST_P(PostgresRegistryTest, ErrorsHaveNoPassword) {
  const std::string password = Cluster()->password();
  const auto refusal = [this](const std::string& changed, const std::string& value) {
    url_.options.postgres[changed] = value;
    OpenRegistry();
    auto refused = registry_->Load();
    EXPECT_THAT(refused, IsError(ErrorCode::kUnavailable)) << "the client can do nothing about it";
    EXPECT_THAT(refused.error().message(), HasSubstr("here"));
    EXPECT_EQ(told_.back(), std::pair(LoadTrouble::kFailed, refused.error().Describe()));
    return refused.error().Describe();
  };
  EXPECT_THAT(refusal("dbname", password),
              AllOf(HasSubstr("3D000"), HasSubstr("\"***\""), Not(HasSubstr(password))));
  url_.options.postgres["user"] = "open-sesame";
  EXPECT_THAT(refusal("password", "open-sesame"),
              AllOf(HasSubstr("28P01"), HasSubstr("\"***\""), Not(HasSubstr("sesame"))));
}

TEST_P(PostgresRegistryTest, WhoLocksATableIsWaitedForNoLongerThanTheTime) {
  MakeTables();
  // Waited for that long it is this program that ends.
  url_.options.busy_timeout = std::chrono::hours(1);
  OpenRegistry();
  ASSERT_THAT(registry_->Load(), IsOk());
  auto database = Database();
  ASSERT_OK_AND_ASSIGN(auto lock, database->Begin(Transaction::kChange, IfMissing::kFail));
  ASSERT_THAT(lock->Execute("LOCK TABLE feature_views IN ACCESS EXCLUSIVE MODE", {}), IsOk());
  {
    const storage::CallDeadline deadline(std::chrono::steady_clock::now() +
                                         std::chrono::milliseconds(300));
    EXPECT_THAT(registry_->Load(), IsError(ErrorCode::kUnavailable));
  }
  lock.reset();
  EXPECT_THAT(registry_->Load(), IsOk());
}

}  // namespace
}  // namespace firn::features
