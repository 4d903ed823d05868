// SqlCatalog on PostgreSQL: the suite of all catalogs, and what is this engine's own: locks, lost
// replies, lost connections, time, secrets. Skipped where PostgreSQL is not installed.
#include <filesystem>
#include <thread>

#include "base/testing/matchers.h"
#include "catalog/sql/postgres_database.h"
#include "catalog/sql/sql_catalog.h"
#include "catalog/sql/testing/postgres_cluster.h"
#include "catalog/testing/catalog_suite.h"
#include "storage/call_deadline.h"
#include "storage/local_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog {
namespace {

constexpr const char* kMissing = "PostgreSQL is not installed";

sql::testing::PostgresCluster* Cluster() {
  return sql::testing::PostgresCluster::Shared(FIRN_SOURCE_DIR "/tests/harness/postgres-cluster");
}

struct SuiteKeeper {
  storage::testing::TestFolder folder;
  SystemClock clock;
};

CatalogUnderTest MakePostgres() {
  if (Cluster() == nullptr) {
    return {.catalog = nullptr, .keeper = nullptr, .missing = kMissing};
  }
  auto keeper = std::make_shared<SuiteKeeper>();
  sql::PostgresParameters database = Cluster()->MakeDatabase();
  std::string uri = "postgresql+psycopg2://" + database["user"] + ":" + database["password"] +
                    "@127.0.0.1:" + database["port"] + "/" + database["dbname"];
  CatalogConfig config{.type = CatalogType::kSql,
                       .properties = {{"uri", uri}, {"warehouse", keeper->folder.At("wh")}}};
  CatalogEnvironment environment{.clock = keeper->clock,
                                 .variables = [](std::string_view) { return std::nullopt; }};
  return {sql::SqlCatalog::Open(config, environment).value(), keeper, ""};
}

INSTANTIATE_TEST_SUITE_P(Sql,
                         CatalogTest,
                         ::testing::Values(CatalogKind{"Postgres", &MakePostgres}),
                         &CatalogKindName);

}  // namespace
}  // namespace firn::catalog

namespace firn::catalog::sql {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::Cut;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const NamespacePath kDb{{"db"}};
const TableIdentifier kT{kDb, "t"};

MonotonicTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

class PostgresCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Cluster() == nullptr) {
      GTEST_SKIP() << kMissing;
    }
    database_ = Cluster()->MakeDatabase();
  }

  SqlOptions Options() const {
    return {.postgres = database_,
            .warehouse = folder_.At("wh"),
            .busy_timeout = std::chrono::milliseconds(4'000)};
  }
  SqlCatalog Open() { return {Options(), files_, clock_}; }
  /// Through a proxy.
  SqlCatalog OpenThrough(const testing::PostgresProxy& proxy) {
    SqlOptions options = Options();
    options.postgres["port"] = std::to_string(proxy.port());
    return {options, files_, clock_};
  }

  /// What another program does.
  std::unique_ptr<PostgresLink> Link() { return PostgresLink::Connect(database_, Soon()).value(); }
  void Run(const std::string& statements) { ASSERT_THAT(Link()->Run(statements, Soon()), IsOk()); }
  std::string Select(const std::string& query) {
    auto result = Link()->Run(query, Soon());
    return result.has_value() && result->rows() == 1 ? std::string(result->Text(0, 0)) : "no row";
  }

  table::Table MakeTable(SqlCatalog& catalog) {
    EXPECT_THAT(catalog.CreateNamespace(kDb, {}), IsOk());
    return catalog.CreateTable(kT, {.schema = OneColumnSchema()}).value();
  }
  static table::TableChange Set(const std::string& key) {
    return {.updates = {iceberg::SetProperties{{{key, "v"}}}}, .requirements = {}};
  }
  size_t FileCount() { return folder_.FileCount("wh"); }

  storage::testing::TestFolder folder_;
  SystemClock clock_;
  std::shared_ptr<storage::ObjectStore> files_ = storage::LocalObjectStore::Make({}).value();
  PostgresParameters database_;
};

TEST_F(PostgresCatalogTest, ReadingMakesNothingAndTheFirstNamespaceTheTables) {
  SqlCatalog catalog = Open();
  EXPECT_THAT(catalog.ListNamespaces({}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog.Load(kT), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog.DropNamespace(kDb), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_EQ(Select("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
  MakeTable(catalog);
  EXPECT_EQ(Select("SELECT catalog_name || iceberg_type FROM iceberg_tables"), "defaultTABLE");
}

TEST_F(PostgresCatalogTest, Version0StaysAsItIsAndViewsAreNoTables) {
  MakeTable(*std::make_unique<SqlCatalog>(Options(), files_, clock_));
  Run("ALTER TABLE iceberg_tables DROP COLUMN iceberg_type");
  SqlCatalog catalog = Open();
  ASSERT_OK_AND_ASSIGN(auto table, catalog.Load(kT));
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
  EXPECT_THAT(catalog.CreateTable({kDb, "u"}, {.schema = OneColumnSchema()}), IsOk());
  EXPECT_THAT(catalog.ListViews(kDb), IsError(ErrorCode::kUnsupported));
  Run("ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)");
  Run("INSERT INTO iceberg_tables VALUES ('default', 'db', 'v', 'file:/v', NULL, 'VIEW')");
  EXPECT_THAT(catalog.ListTables(kDb), IsOkAnd(ElementsAre(kT, TableIdentifier{kDb, "u"})));
  EXPECT_THAT(catalog.Load({kDb, "v"}), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog.RenameTable(kT, {kDb, "v"}), IsError(ErrorCode::kAlreadyExists));
}

TEST_F(PostgresCatalogTest, AnotherProgramsDatabaseIsLeftAlone) {
  Run("CREATE TABLE customers (id INT); CREATE SCHEMA ice");
  SqlCatalog catalog = Open();
  EXPECT_THAT(catalog.CreateNamespace(kDb, {}), IsError(ErrorCode::kConflict));
  database_["options"] = "-c search_path=ice";
  SqlCatalog apart = Open();
  MakeTable(apart);
  EXPECT_EQ(Select("SELECT schemaname FROM pg_tables WHERE tablename = 'iceberg_tables'"), "ice");
}

TEST_F(PostgresCatalogTest, TwoThatMakeTheTablesAtOnceBothDo) {
  std::vector<std::thread> makers;
  for (int i = 0; i < 4; ++i) {
    makers.emplace_back([this, i] {
      SqlCatalog catalog = Open();
      EXPECT_THAT(catalog.CreateNamespace({{"n" + std::to_string(i)}}, {}), IsOk());
    });
  }
  for (std::thread& maker : makers) {
    maker.join();
  }
  EXPECT_EQ(Open().ListNamespaces({}).value().size(), 4U);
}

TEST_F(PostgresCatalogTest, ALostConnectionIsMadeAnew) {
  SqlCatalog catalog = Open();
  table::Table table = MakeTable(catalog);
  Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  EXPECT_THAT(catalog.Load(kT), IsOk());
  Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
}

TEST_F(PostgresCatalogTest, ACommitWhoseReplyIsLostIsFound) {
  testing::PostgresProxy proxy(Cluster()->port());
  SqlCatalog catalog = OpenThrough(proxy);
  table::Table table = MakeTable(catalog);
  for (Cut cut : {Cut::kAfterCommit, Cut::kLateCommit}) {
    proxy.CutNext(cut);
    ASSERT_OK_AND_ASSIGN(auto committed,
                         catalog.Commit(table, Set("k" + std::to_string(int(cut)))));
    ASSERT_OK_AND_ASSIGN(table, catalog.Load(kT));
    EXPECT_EQ(table.metadata_location, committed.metadata_location);
  }
  proxy.CutNext(Cut::kLateCommit);
  EXPECT_THAT(catalog.CreateTable({kDb, "u"}, {.schema = OneColumnSchema()}), IsOk());
  EXPECT_THAT(catalog.Load({kDb, "u"}), IsOk());
}

TEST_F(PostgresCatalogTest, ACommitThatDidNotArriveHasNotHappened) {
  testing::PostgresProxy proxy(Cluster()->port());
  SqlCatalog catalog = OpenThrough(proxy);
  table::Table table = MakeTable(catalog);
  size_t before = FileCount();
  for (Cut cut : {Cut::kBeforeCommit, Cut::kHeldCommit}) {
    proxy.CutNext(cut);
    EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
    EXPECT_EQ(FileCount(), before) << "the file of the attempt is gone";
    ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
    EXPECT_EQ(loaded.metadata_location, table.metadata_location);
  }
}

TEST_F(PostgresCatalogTest, WhatCannotBeToldIsUnknownAndItsFileStays) {
  testing::PostgresProxy proxy(Cluster()->port());
  SqlCatalog catalog = OpenThrough(proxy);
  table::Table table = MakeTable(catalog);
  size_t before = FileCount();
  proxy.CutNext(Cut::kAfterCommitForGood);
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), before + 1);
  EXPECT_THAT(catalog.Load(kT), IsError(ErrorCode::kUnavailable));
  proxy.LetIn();
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
  EXPECT_TRUE(loaded.metadata->FindProperty("k").has_value());
}

TEST_F(PostgresCatalogTest, AHeldLockEndsAtTheDeadlineAndChangesNothing) {
  SqlCatalog catalog = Open();
  table::Table table = MakeTable(catalog);
  size_t before = FileCount();
  auto other = Link();
  ASSERT_THAT(other->Run("BEGIN; SELECT 1 FROM iceberg_tables FOR UPDATE", Soon()), IsOk());
  auto begin = std::chrono::steady_clock::now();
  {
    storage::CallDeadline deadline(begin + std::chrono::milliseconds(400));
    EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(FileCount(), before);
  EXPECT_THAT(catalog.Load(kT), IsOk()) << "readers are not kept out";
  other.reset();
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
}

TEST_F(PostgresCatalogTest, WhoIsNotLetInIsToldWithoutThePassword) {
  database_["password"] = "open-sesame";
  auto refused = Open().ListNamespaces({});
  ASSERT_THAT(refused, IsError(ErrorCode::kUnauthenticated));
  EXPECT_THAT(refused.error().Describe(), Not(HasSubstr("sesame")));
  // A message of the server that has it.
  database_["password"] = Cluster()->password();
  database_["dbname"] = Cluster()->password();
  auto none = Open().ListNamespaces({});
  ASSERT_THAT(none, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(none.error().Describe(), HasSubstr("***"));
  EXPECT_THAT(none.error().Describe(), Not(HasSubstr(Cluster()->password())));
  database_["port"] = "1";
  EXPECT_THAT(Open().ListNamespaces({}), IsError(ErrorCode::kUnavailable));
}

TEST_F(PostgresCatalogTest, WhatDoesNotFitIsTheCallersFault) {
  SqlCatalog catalog = Open();
  EXPECT_THAT(catalog.CreateNamespace(kDb, {{"k", std::string(1001, 'x')}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog.NamespaceExists(kDb), IsOkAnd(false));
  EXPECT_THAT(catalog.CreateNamespace(kDb, {{"k", std::string(1000, 'x')}}), IsOk());
}

TEST_F(PostgresCatalogTest, WhoMayOnlyReadReads) {
  SqlCatalog catalog = Open();
  table::Table table = MakeTable(catalog);
  std::string name = "reader_" + database_["dbname"];
  Run("CREATE ROLE " + name +
      " LOGIN PASSWORD 'r'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + name);
  database_["user"] = name;
  database_["password"] = "r";
  SqlCatalog reader = Open();
  EXPECT_THAT(reader.Load(kT), IsOk());
  EXPECT_THAT(reader.Commit(table, Set("k")), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(reader.CreateNamespace({{"x"}}, {}), IsError(ErrorCode::kForbidden));
}

}  // namespace
}  // namespace firn::catalog::sql
