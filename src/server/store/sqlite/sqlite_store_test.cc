// The common suites on SQLite, and what only SQLite has: the lock, migrations.
#include "server/store/sqlite/sqlite_store.h"

#include <sqlite3.h>

#include "server/store/sql/text/all_statements.h"
#include "server/store/sqlite/data_folder_lock.h"
#include "server/store/sqlite/sqlite_session.h"
#include "server/store/testing/store_test.h"

namespace firn::store {

namespace testing {

std::vector<StoreFactory> StoreFactories() {
  return {{"sqlite", [](const std::string& folder, const Clock& clock) {
             sqlite::SqliteOptions options{.path = folder + "/catalog.db"};
             options.store.clock = &clock;
             return sqlite::OpenSqliteStore(options);
           }}};
}

}  // namespace testing

namespace sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using store::testing::TestFolder;

void RunSql(const std::string& path, const char* script) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, script, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(SqliteStoreTest, ASecondProcessIsRefused) {
  TestFolder folder;
  SqliteOptions options{.path = folder.path() + "/catalog.db"};
  auto first = OpenSqliteStore(options);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(OpenSqliteStore(options), IsError(ErrorCode::kUnavailable));
  first->reset();
  EXPECT_THAT(OpenSqliteStore(options), IsOk());
}

TEST(SqliteStoreTest, ANewerSchemaIsRefusedUntouched) {
  TestFolder folder;
  SqliteOptions options{.path = folder.path() + "/catalog.db"};
  ASSERT_THAT(OpenSqliteStore(options), IsOk());
  RunSql(options.path, "INSERT INTO schema_version (version) VALUES (1000)");
  EXPECT_THAT(OpenSqliteStore(options), IsError(ErrorCode::kUnsupported));
  RunSql(options.path, "DELETE FROM schema_version WHERE version = 1000");
  EXPECT_THAT(OpenSqliteStore(options), IsOk());
}

TEST(SqliteStoreTest, AFileThatIsNoDatabaseIsRefused) {
  TestFolder folder;
  SqliteOptions options{.path = folder.path() + "/catalog.db"};
  FILE* file = fopen(options.path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (int i = 0; i < 1000; ++i) {
    fputs("this is not a database ", file);
  }
  fclose(file);
  EXPECT_THAT(OpenSqliteStore(options), IsError(ErrorCode::kInternal));
  EXPECT_THAT(OpenSqliteStore({.path = folder.path() + "/no/such/folder/catalog.db"}),
              IsError(ErrorCode::kIoError));
}

TEST(SqliteStoreTest, EveryStatementIsPrepared) {
  TestFolder folder;
  SqliteOptions options{.path = folder.path() + "/catalog.db"};
  ASSERT_THAT(OpenSqliteStore(options), IsOk());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(options.path.c_str(), &database), SQLITE_OK);
  for (const sql::Statement* statement : sql::AllStatements()) {
    sqlite3_stmt* prepared = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, statement->text.data(),
                                 static_cast<int>(statement->text.size()), &prepared, nullptr),
              SQLITE_OK)
        << statement->name << ": " << sqlite3_errmsg(database);
    sqlite3_finalize(prepared);
  }
  sqlite3_close(database);
}

TEST(SqliteStoreTest, CommitsAreSyncedAndForeignKeysHold) {
  TestFolder folder;
  auto session = SqliteSession::Open({.path = folder.path() + "/x.db"});
  ASSERT_THAT(session, IsOk());
  static constexpr std::pair<sql::Statement, std::string_view> kExpected[] = {
      {{"journal_mode", "PRAGMA journal_mode"}, "wal"},
      {{"synchronous", "PRAGMA synchronous"}, "2"},
      {{"foreign_keys", "PRAGMA foreign_keys"}, "1"},
  };
  for (const auto& [statement, value] : kExpected) {
    EXPECT_THAT((*session)->Query(statement, {},
                                  [&](const sql::Row& row) -> Status {
                                    EXPECT_EQ(row.Text(0), value) << statement.name;
                                    return {};
                                  }),
                IsOk());
  }
}

TEST(DataFolderLockTest, MakesTheFolderAndHoldsIt) {
  TestFolder folder;
  std::string path = folder.path() + "/a/b/";
  auto lock = DataFolderLock::Acquire(path);
  ASSERT_THAT(lock, IsOk());
  auto second = DataFolderLock::Acquire(folder.path() + "/a/b");
  EXPECT_THAT(second, IsError(ErrorCode::kUnavailable));
  EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos);
  lock = Error(ErrorCode::kInternal, "given up");
  EXPECT_THAT(DataFolderLock::Acquire(path), IsOk());
}

}  // namespace
}  // namespace sqlite
}  // namespace firn::store
