// SqlCatalog on a file: the suite of all catalogs, and what is this one's own: layouts of others,
// locks, metadata files, failing disks, purge.
#include "catalog/sql/sql_catalog.h"

#include <filesystem>

#include "base/testing/matchers.h"
#include "catalog/sql/sqlite_connection.h"
#include "catalog/sql/testing/faulty_vfs.h"
#include "catalog/testing/catalog_suite.h"
#include "iceberg/metadata/testing/tables.h"
#include "storage/local_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog {
namespace {

struct SuiteKeeper {
  storage::testing::TestFolder folder;
  SystemClock clock;
};

CatalogUnderTest MakeSql() {
  auto keeper = std::make_shared<SuiteKeeper>();
  CatalogConfig config{.type = CatalogType::kSql,
                       .properties = {{"uri", "sqlite:///" + keeper->folder.At("c.db")},
                                      {"warehouse", keeper->folder.At("wh")}}};
  CatalogEnvironment environment{.clock = keeper->clock,
                                 .variables = [](std::string_view) { return std::nullopt; }};
  return {sql::SqlCatalog::Open(config, environment).value(), keeper};
}

INSTANTIATE_TEST_SUITE_P(Sql,
                         CatalogTest,
                         ::testing::Values(CatalogKind{"Sqlite", &MakeSql}),
                         &CatalogKindName);

}  // namespace
}  // namespace firn::catalog

namespace firn::catalog::sql {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::DiskFault;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SetDiskFault;
using ::testing::StartsWith;

const NamespacePath kDb{{"db"}};
const TableIdentifier kT{kDb, "t"};

class SqlCatalogTest : public ::testing::Test {
 protected:
  SqlCatalogTest() {
    SetDiskFault(DiskFault::kNone);
    testing::AfterNextFault(nullptr);
  }
  ~SqlCatalogTest() override { SetDiskFault(DiskFault::kNone); }

  SqlOptions Options() const {
    return {.path = folder_.At("c.db"),
            .warehouse = folder_.At("wh"),
            .busy_timeout = std::chrono::milliseconds(0)};
  }
  SqlCatalog Open(const SqlOptions& options) { return {options, files_, clock_}; }

  /// What another program does to the file.
  void Run(std::initializer_list<std::string> statements) {
    auto connection = SqliteConnection::Open(Options(), IfMissing::kCreate).value();
    for (const std::string& statement : statements) {
      ASSERT_THAT(connection->Execute(statement, {}), IsOk()) << statement;
    }
  }
  std::vector<std::string> Select(const std::string& query) {
    std::vector<std::string> values;
    auto connection = SqliteConnection::Open(Options(), IfMissing::kFail).value();
    EXPECT_THAT(
        connection->Query(query, {}, [&](const SqlRow& row) { values.emplace_back(row.Text(0)); }),
        IsOk());
    return values;
  }
  /// The table `db.t` with properties.
  table::Table MakeTable(SqlCatalog& catalog, PropertyMap properties = {}) {
    EXPECT_THAT(catalog.CreateNamespace(kDb, {}), IsOk());
    return catalog
        .CreateTable(kT, {.schema = OneColumnSchema(), .properties = std::move(properties)})
        .value();
  }
  table::TableChange Set(const std::string& key) {
    return {.updates = {iceberg::SetProperties{{{key, "v"}}}}, .requirements = {}};
  }
  /// Files below the warehouse.
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.At("wh"))) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path().string());
      }
    }
    return files;
  }

  storage::testing::TestFolder folder_;
  ManualClock clock_{iceberg::testing::kCreated};
  std::shared_ptr<storage::ObjectStore> files_ = storage::LocalObjectStore::Make({}).value();
};

// The layout of Java's JdbcCatalog before it knew views.
constexpr const char* kTablesOfVersion0 =
    "CREATE TABLE iceberg_tables(catalog_name VARCHAR(255) NOT NULL,table_namespace VARCHAR(255) "
    "NOT NULL,table_name VARCHAR(255) NOT NULL,metadata_location VARCHAR(1000),"
    "previous_metadata_location VARCHAR(1000),PRIMARY KEY (catalog_name, table_namespace, "
    "table_name))";
constexpr const char* kPropertiesOfVersion0 =
    "CREATE TABLE iceberg_namespace_properties(catalog_name VARCHAR(255) NOT NULL,namespace "
    "VARCHAR(255) NOT NULL,property_key VARCHAR(255),property_value VARCHAR(1000),PRIMARY KEY "
    "(catalog_name, namespace, property_key))";

TEST_F(SqlCatalogTest, OpeningAndReadingMakeNothing) {
  SqlCatalog catalog = Open(Options());
  EXPECT_THAT(catalog.ListNamespaces({}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog.Load(kT), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog.DropNamespace(kDb), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_FALSE(std::filesystem::exists(Options().path));
}

TEST_F(SqlCatalogTest, AFolderThatIsMissingIsNoEmptyCatalog) {
  SqlOptions options = Options();
  options.path = Options().path + ".d/c.db";
  SqlCatalog catalog = Open(options);
  auto listed = catalog.ListNamespaces({});
  ASSERT_THAT(listed, IsError(ErrorCode::kIoError));
  EXPECT_THAT(listed.error().message(), HasSubstr("its folder has to be there"));
  EXPECT_THAT(catalog.Load(kT), IsError(ErrorCode::kIoError));
}

TEST_F(SqlCatalogTest, ANewFileHasTheLayoutOfVersion1) {
  SqlCatalog catalog = Open(Options());
  MakeTable(catalog);
  EXPECT_THAT(Select("SELECT name FROM pragma_table_info('iceberg_tables')"),
              ElementsAre("catalog_name", "table_namespace", "table_name", "metadata_location",
                          "previous_metadata_location", "iceberg_type"));
  EXPECT_THAT(Select("SELECT catalog_name || iceberg_type FROM iceberg_tables"),
              ElementsAre("defaultTABLE"));
  EXPECT_THAT(Select("SELECT property_key || property_value FROM iceberg_namespace_properties"),
              ElementsAre("existstrue"));
}

TEST_F(SqlCatalogTest, Version0StaysAsItIs) {
  Run({kTablesOfVersion0, kPropertiesOfVersion0});
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
  EXPECT_THAT(catalog.RenameTable(kT, {kDb, "u"}), IsOk());
  EXPECT_THAT(catalog.ListTables(kDb), IsOkAnd(ElementsAre(TableIdentifier{kDb, "u"})));
  const TableIdentifier view{kDb, "v"};
  EXPECT_THAT(catalog.ListViews(kDb), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog.LoadView(view), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog.RenameView(view, kT), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog.DropView(view), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog.RegisterView(view, "file:///nowhere"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(Select("SELECT count(*) FROM pragma_table_info('iceberg_tables')"), ElementsAre("5"));
  EXPECT_THAT(Select("SELECT previous_metadata_location FROM iceberg_tables"),
              ElementsAre(table.metadata_location));
}

TEST_F(SqlCatalogTest, RowsWithoutATypeAreTables) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  Run({"UPDATE iceberg_tables SET iceberg_type = NULL",
       "INSERT INTO iceberg_tables VALUES ('default', 'db', 'v', 'file:/v', NULL, 'VIEW')"});
  EXPECT_THAT(catalog.ListTables(kDb), IsOkAnd(ElementsAre(kT)));
  EXPECT_THAT(catalog.Load({kDb, "v"}), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog.DropTable({kDb, "v"}, DropMode::kKeepFiles),
              IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog.RenameTable(kT, {kDb, "v"}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog.ListViews(kDb), IsOkAnd(ElementsAre(TableIdentifier{kDb, "v"})));
  EXPECT_THAT(catalog.LoadView({kDb, "v"}), IsError(ErrorCode::kNotFound)) << "its file is gone";
  ASSERT_THAT(catalog.RenameView({kDb, "v"}, {kDb, "w"}), IsOk());
  EXPECT_THAT(Select("SELECT table_name || metadata_location || iceberg_type FROM iceberg_tables "
                     "WHERE table_name = 'w'"),
              ElementsAre("wfile:/vVIEW"));
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
  ASSERT_THAT(catalog.DropTable(kT, DropMode::kKeepFiles), IsOk());
  EXPECT_THAT(catalog.DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
}

TEST_F(SqlCatalogTest, ANamespaceIsWhereSomethingIsInIt) {
  SqlCatalog catalog = Open(Options());
  MakeTable(catalog);
  Run({"INSERT INTO iceberg_tables VALUES ('default', 'x.y', 't', 'file:/t', NULL, NULL)"});
  EXPECT_THAT(catalog.NamespaceExists({{"x"}}), IsOkAnd(true));
  EXPECT_THAT(catalog.ListNamespaces({{"x"}}), IsOkAnd(ElementsAre(NamespacePath{{"x", "y"}})));
  EXPECT_THAT(catalog.ListTables({{"x"}}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog.CreateNamespace({{"x"}}, {}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog.CreateNamespace({{"a.b"}}, {}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog.NamespaceExists({{"x.y"}}), IsOkAnd(false)) << "one level with a dot";
  EXPECT_THAT(catalog.CreateNamespace({{"z"}}, {{"exists", "no"}}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SqlCatalogTest, CatalogsInOneFileAreApart) {
  SqlOptions options = Options();
  options.name = "one";
  SqlCatalog one = Open(options);
  MakeTable(one);
  // Without a name, the only one.
  EXPECT_THAT(Open(Options()).Load(kT), IsOk());
  options.name = "two";
  SqlCatalog two = Open(options);
  EXPECT_THAT(two.ListNamespaces({}), IsOkAnd(IsEmpty()));
  MakeTable(two);
  EXPECT_THAT(Open(Options()).Load(kT), IsError(ErrorCode::kInvalidArgument));
  ASSERT_THAT(two.DropTable(kT, DropMode::kPurge), IsOk());
  EXPECT_THAT(one.Load(kT), IsOk());
}

TEST_F(SqlCatalogTest, AnotherProgramsDatabaseIsLeftAlone) {
  Run({"CREATE TABLE customers (id INTEGER)"});
  SqlCatalog catalog = Open(Options());
  EXPECT_THAT(catalog.CreateNamespace(kDb, {}), IsError(ErrorCode::kConflict));
  EXPECT_THAT(catalog.ListNamespaces({}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(Select("SELECT name FROM sqlite_master"), ElementsAre("customers"));
  SqlOptions options = Options();
  options.path = folder_.At("no.db");
  ASSERT_THAT(files_->Write(options.path, "this is no database, but long enough to look at",
                            storage::WriteMode::kCreateNew),
              IsOk());
  EXPECT_THAT(Open(options).ListNamespaces({}), IsError(ErrorCode::kInvalidMetadata));
}

TEST_F(SqlCatalogTest, AHeldLockChangesNothing) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  size_t before = Files().size();
  auto other = SqliteConnection::Open(Options(), IfMissing::kFail).value();
  ASSERT_THAT(other->BeginChange(), IsOk());
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(Files().size(), before) << "the file of the attempt is gone";
  EXPECT_THAT(catalog.Load(kT), IsOk()) << "readers are not kept out";
  other.reset();
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
}

TEST_F(SqlCatalogTest, AReaderInTheWayOfCommitChangesNothing) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  auto reader = SqliteConnection::Open(Options(), IfMissing::kFail).value();
  ASSERT_THAT(reader->BeginRead(), IsOk());
  ASSERT_THAT(reader->Query("SELECT * FROM iceberg_tables", {}, [](const SqlRow&) {}), IsOk());
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  reader.reset();
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
  EXPECT_EQ(loaded.metadata_location, table.metadata_location);
}

TEST_F(SqlCatalogTest, ADiskThatFailsBeforeCommitChangesNothing) {
  SqlOptions options = Options();
  options.vfs = testing::FaultyVfsName();
  SqlCatalog catalog = Open(options);
  table::Table table = MakeTable(catalog);
  size_t before = Files().size();
  SetDiskFault(DiskFault::kSyncOnce);
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(Files().size(), before);
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
  EXPECT_EQ(loaded.metadata_location, table.metadata_location);
  EXPECT_THAT(catalog.Commit(table, Set("k")), IsOk());
}

TEST_F(SqlCatalogTest, ACommitWhoseReplyIsLostIsFound) {
  SqlOptions options = Options();
  options.vfs = testing::FaultyVfsName();
  SqlCatalog catalog = Open(options);
  table::Table table = MakeTable(catalog);
  SetDiskFault(DiskFault::kJournalDelete);
  auto committed = catalog.Commit(table, Set("k"));
  SetDiskFault(DiskFault::kNone);
  ASSERT_THAT(committed, IsOk());
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
  EXPECT_EQ(loaded.metadata_location, committed->metadata_location);
  EXPECT_NE(loaded.metadata_location, table.metadata_location);
}

TEST_F(SqlCatalogTest, ACommitThatOthersOvertookIsToldByTheirLog) {
  SqlOptions options = Options();
  options.vfs = testing::FaultyVfsName();
  SqlCatalog catalog = Open(options);
  SqlCatalog other = Open(Options());
  table::Table table = MakeTable(catalog);
  for (DiskFault fault : {DiskFault::kJournalDelete, DiskFault::kSyncOnce}) {
    for (int overtaken : {1, 3}) {
      std::string mine = "mine" + std::to_string(overtaken);
      testing::AfterNextFault([&] {
        SetDiskFault(DiskFault::kNone);
        for (int i = 0; i < overtaken; ++i) {
          table::Table base = other.Load(kT).value();
          EXPECT_THAT(other.Commit(base, Set(mine + "-" + std::to_string(i))), IsOk());
        }
      });
      table::TableChange change{.updates = {iceberg::RemoveProperties{{"mine1", "mine3"}}},
                                .requirements = {}};
      ASSERT_OK_AND_ASSIGN(table, catalog.Commit(catalog.Load(kT).value(), change));
      SetDiskFault(fault);
      auto committed = catalog.Commit(table, Set(mine));
      ASSERT_OK_AND_ASSIGN(auto loaded, catalog.Load(kT));
      if (fault == DiskFault::kJournalDelete) {
        EXPECT_THAT(committed, IsOk());
        EXPECT_TRUE(loaded.metadata->FindProperty(mine).has_value());
      } else {
        EXPECT_THAT(committed, IsError(ErrorCode::kUnavailable));
        EXPECT_FALSE(loaded.metadata->FindProperty(mine).has_value());
      }
    }
  }
}

TEST_F(SqlCatalogTest, WhatCannotBeToldIsUnknownAndItsFileStays) {
  SqlOptions options = Options();
  options.vfs = testing::FaultyVfsName();
  SqlCatalog catalog = Open(options);
  table::Table table = MakeTable(catalog);
  size_t before = Files().size();
  SetDiskFault(DiskFault::kJournalDeleteAndOpen);
  auto committed = catalog.Commit(table, Set("k"));
  SetDiskFault(DiskFault::kNone);
  EXPECT_THAT(committed, IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(Files().size(), before + 1);
  EXPECT_THAT(catalog.Load(kT), IsOk());
}

TEST_F(SqlCatalogTest, MetadataFilesAreNamedInOrderAndGoAsTheTableSays) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog, {{"write.metadata.previous-versions-max", "1"},
                                           {"write.metadata.delete-after-commit.enabled", "true"}});
  EXPECT_THAT(table.metadata_location, HasSubstr("/metadata/00000-"));
  EXPECT_THAT(table.metadata->location, StartsWith(folder_.At("wh/db/t-")));
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_OK_AND_ASSIGN(table, catalog.Commit(table, Set(key)));
  }
  EXPECT_THAT(table.metadata_location, HasSubstr("/metadata/00003-"));
  EXPECT_EQ(Files().size(), 2U);
}

TEST_F(SqlCatalogTest, MetadataIsWrittenWhereAndHowTheTableSays) {
  SqlCatalog catalog = Open(Options());
  ASSERT_THAT(catalog.CreateNamespace(kDb, {{"location", folder_.At("wh/elsewhere/")}}), IsOk());
  ASSERT_OK_AND_ASSIGN(
      auto table,
      catalog.CreateTable(kT, {.schema = OneColumnSchema(),
                               .properties = {{"write.metadata.path", folder_.At("wh/meta/")},
                                              {"write.metadata.compression-codec", "gzip"}}}));
  EXPECT_THAT(table.metadata->location, StartsWith(folder_.At("wh/elsewhere/t-")));
  EXPECT_THAT(table.metadata_location, StartsWith(folder_.At("wh/meta/00000-")));
  EXPECT_THAT(table.metadata_location, EndsWith(".gz.metadata.json"));
  EXPECT_THAT(catalog.Load(kT), IsOk());
  EXPECT_THAT(catalog.CreateTable({kDb, "u"}, {.schema = OneColumnSchema(), .location = "a/../b"}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SqlCatalogTest, AnUpdateThatChangesNothingWritesNothing) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  ASSERT_OK_AND_ASSIGN(auto after, catalog.Commit(table, {}));
  EXPECT_EQ(after.metadata_location, table.metadata_location);
  EXPECT_EQ(Files().size(), 1U);
}

TEST_F(SqlCatalogTest, APurgeDeletesWhatTheTableOwns) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  std::string inside = table.metadata->location + "/metadata/statistics.puffin";
  std::string outside = folder_.At("wh/db/foreign.puffin");
  std::string unnamed = table.metadata->location + "/data/nobody.parquet";
  for (const std::string& file : {inside, outside, unnamed}) {
    ASSERT_THAT(files_->Write(file, "x", storage::WriteMode::kCreateNew), IsOk());
  }
  for (const std::string& file : {inside, outside}) {
    iceberg::StatisticsFile statistics;
    statistics.snapshot_id = iceberg::SnapshotId(file == inside ? 1 : 2);
    statistics.path = file;
    ASSERT_OK_AND_ASSIGN(
        table, catalog.Commit(
                   table, {.updates = {iceberg::SetStatistics{statistics}}, .requirements = {}}));
  }
  ASSERT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsOk());
  EXPECT_THAT(catalog.TableExists(kT), IsOkAnd(false));
  EXPECT_THAT(Files(), ::testing::UnorderedElementsAre(outside, unnamed));
  ASSERT_OK_AND_ASSIGN(table, catalog.CreateTable(kT, {.schema = OneColumnSchema()}));
  ASSERT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsOk());
  EXPECT_FALSE(std::filesystem::exists(table.metadata->location));
  EXPECT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kNoSuchTable));
}

TEST_F(SqlCatalogTest, APurgeThatCannotReadItsWayDropsNothing) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  iceberg::Snapshot snapshot = iceberg::testing::NextSnapshot(*table.metadata, 7, 0);
  snapshot.manifest_list = table.metadata->location + "/metadata/snap-7.avro";
  ASSERT_THAT(files_->Write(snapshot.manifest_list, "broken", storage::WriteMode::kCreateNew),
              IsOk());
  ASSERT_OK_AND_ASSIGN(
      table, catalog.Commit(table, {.updates = iceberg::testing::AppendUpdates(snapshot, "main"),
                                    .requirements = {}}));
  EXPECT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(catalog.Load(kT), IsOk());
  ASSERT_THAT(files_->Delete(snapshot.manifest_list), IsOk());
  EXPECT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsOk()) << "what is gone names nothing";
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(SqlCatalogTest, ATableRegisteredTwiceIsNotPurged) {
  SqlCatalog catalog = Open(Options());
  table::Table table = MakeTable(catalog);
  ASSERT_THAT(catalog.RegisterTable({kDb, "twin"}, "file:" + table.metadata_location), IsOk());
  EXPECT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(catalog.Load(kT), IsOk());
  ASSERT_THAT(catalog.DropTable(kT, DropMode::kKeepFiles), IsOk());
  EXPECT_THAT(catalog.DropTable({kDb, "twin"}, DropMode::kPurge), IsOk());
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(SqlCatalogTest, APurgeSparesAFolderOfMetadataThatOthersUse) {
  SqlCatalog catalog = Open(Options());
  PropertyMap shared = {{"write.metadata.path", folder_.At("wh/meta")}};
  MakeTable(catalog, shared);
  ASSERT_THAT(catalog.CreateTable({kDb, "u"}, {.schema = OneColumnSchema(), .properties = shared}),
              IsOk());
  EXPECT_THAT(catalog.DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(catalog.TableExists(kT), IsOkAnd(true));
}

}  // namespace
}  // namespace firn::catalog::sql
