// The Hive client on a metastore in memory: what it keeps there, and the suite of all catalogs.
// What goes wrong on the way: hive_faults_test.cc. The real one:
// tests/clients/test_hive_catalog.py.
#include "catalog/hive/hive_catalog.h"

#include <fstream>

#include "base/uuid.h"
#include "catalog/hive/testing/hive_catalog_fixture.h"
#include "catalog/testing/catalog_suite.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::catalog {
namespace {

/// Of one test of the suite; time is the system's there.
struct Kept {
  storage::testing::TestFolder folder;
  SystemClock clock;
  storage::http::testing::RecordingSleeper sleeper{nullptr};
  hive::testing::FakeMetastore metastore;
};

CatalogUnderTest MakeHive(PropertyMap properties) {
  auto kept = std::make_shared<Kept>();
  properties.emplace("uri", "thrift://h");
  properties.emplace("warehouse", kept->folder.At("wh"));
  if (properties.contains("hive.metastore.thrift.framed.transport.enabled")) {
    kept->metastore.framing = hive::thrift::Framing::kFrames;
  }
  CatalogEnvironment environment{.clock = kept->clock,
                                 .variables = [](std::string_view) { return std::nullopt; },
                                 .sleeper = &kept->sleeper};
  auto catalog = hive::OpenHiveCatalogOver(
      kept->metastore.Connections(),
      {.type = CatalogType::kHive, .properties = std::move(properties)}, environment);
  return {*std::move(catalog), kept};
}

CatalogUnderTest MakeLocked() { return MakeHive({}); }

CatalogUnderTest MakeUnlocked() {
  return MakeHive({{"iceberg.engine.hive.lock-enabled", "false"},
                   {"hive.metastore.thrift.framed.transport.enabled", "true"},
                   {"ugi", "me:us"}});
}

INSTANTIATE_TEST_SUITE_P(
    Hive,
    CatalogTest,
    ::testing::Values(CatalogKind{"Locked", &MakeLocked, NamespaceLevels::kOne},
                      CatalogKind{"UnlockedAndFramed", &MakeUnlocked, NamespaceLevels::kOne}),
    &CatalogKindName);

}  // namespace

namespace hive {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDb;
using testing::kT;
using thrift::Type;
using thrift::Value;

const TableIdentifier kV{kDb, "v"};

class HiveCatalogTest : public testing::HiveCatalogFixture {
 protected:
  /// A view's metadata file with a query for each dialect; its location.
  std::string WriteViewFile(const PropertyMap& sql_by_dialect) {
    iceberg::ViewVersion version{.id = iceberg::ViewVersionId(1),
                                 .timestamp = TimestampMs(1),
                                 .schema_id = iceberg::SchemaId(0)};
    for (const auto& [dialect, sql] : sql_by_dialect) {
      version.representations.push_back({.type = "sql", .sql = sql, .dialect = dialect});
    }
    iceberg::ViewMetadata view{.uuid = Uuid::Random().ToString(),
                               .location = folder_.At("wh/view"),
                               .schemas = {OneColumn()},
                               .current_version_id = version.id,
                               .versions = {version},
                               .history = {{version.timestamp, version.id}}};
    std::filesystem::create_directories(view.location);
    std::string file = view.location + "/0.metadata.json";
    std::ofstream(file) << iceberg::PrintViewMetadata(view);
    return file;
  }
};

TEST_F(HiveCatalogTest, NamespacesAreDatabases) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {{"comment", "c"}, {"k", "1"}}), IsOk());
  Value made = *metastore_.last("create_database").Find(1, Type::kStruct);
  EXPECT_EQ(made.TextAt(2), "c");
  EXPECT_EQ(made.TextAt(3), folder_.At("wh") + "/db.db");
  ASSERT_THAT(catalog->UpdateNamespace(kDb, {.updates = {{"l", "2"}}, .removals = {"k"}}), IsOk());
  EXPECT_THAT(catalog->LoadNamespace(kDb),
              IsOkAnd(PropertyMap{
                  {"location", folder_.At("wh") + "/db.db"}, {"comment", "c"}, {"l", "2"}}));
  EXPECT_THAT(catalog->UpdateNamespace(kDb, {.updates = {}, .removals = {"location"}}),
              IsError(ErrorCode::kInvalidArgument));
  for (const NamespacePath& none :
       {NamespacePath{{"a", "b"}}, NamespacePath{{""}}, NamespacePath{{"@hive#db"}}}) {
    EXPECT_THAT(catalog->CreateNamespace(none, {}), IsError(ErrorCode::kInvalidArgument));
  }
}

TEST_F(HiveCatalogTest, WithoutAWarehouseTheMetastoreKnowsWhere) {
  auto catalog = Open({{"warehouse", ""}});
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  EXPECT_THAT(catalog->LoadNamespace(kDb), IsOkAnd(PropertyMap{{"location", "file:/own/db.db"}}));
}

TEST_F(HiveCatalogTest, ATableIsWhatOthersExpect) {
  auto catalog = Open({{"ugi", "me:us"}});
  table::Table table = MakeTable(*catalog);
  Value made = metastore_.table("db", "t");
  EXPECT_EQ(made.TextAt(3), "me");
  EXPECT_EQ(made.NumberAt(4), 1'700'000'000);
  EXPECT_EQ(made.TextAt(12), "EXTERNAL_TABLE");
  EXPECT_EQ(Parameters(), (PropertyMap{{"EXTERNAL", "TRUE"},
                                       {"table_type", "ICEBERG"},
                                       {"metadata_location", table.metadata_location}}));
  const Value& storage = *made.Find(7, Type::kStruct);
  EXPECT_EQ(storage.TextAt(2), table.metadata->location);
  EXPECT_EQ(storage.TextAt(3), "org.apache.hadoop.mapred.FileInputFormat");
  EXPECT_EQ(storage.Find(7, Type::kStruct)->TextAt(2),
            "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe");
  const Value& column = storage.Find(1, Type::kList)->items.at(0);
  EXPECT_EQ(column.TextAt(1) + " " + column.TextAt(2), "id bigint");
  EXPECT_EQ(metastore_.last("set_ugi").TextAt(1), "me");
}

TEST_F(HiveCatalogTest, AViewIsWhatOthersExpect) {
  auto catalog = Open({{"ugi", "me:us"}});
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  std::string file = WriteViewFile({{"flink", "SELECT 1"}, {"hive", "SELECT 2"}});
  ASSERT_THAT(catalog->RegisterView(kV, file), IsOk());
  Value made = metastore_.table("db", "v");
  EXPECT_EQ(made.TextAt(3), "me");
  EXPECT_EQ(made.TextAt(10), "SELECT 2");
  EXPECT_EQ(made.TextAt(11), "SELECT 2");
  EXPECT_EQ(made.TextAt(12), "VIRTUAL_VIEW");
  EXPECT_EQ(made.TextsAt(9),
            (PropertyMap{{"table_type", "ICEBERG-VIEW"}, {"metadata_location", file}}));
  const Value& column = made.Find(7, Type::kStruct)->Find(1, Type::kList)->items.at(0);
  EXPECT_EQ(column.TextAt(1) + " " + column.TextAt(2), "id bigint");
  ASSERT_THAT(catalog->RenameView(kV, {kDb, "w"}), IsOk());
  EXPECT_EQ(metastore_.table("db", "w").TextAt(10), "SELECT 2");
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveCatalogTest, ALostAnswerAboutAViewIsLookedUp) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  metastore_.LoseNext("create_table", testing::Loss::kAnswer);
  ASSERT_THAT(catalog->RegisterView(kV, WriteViewFile({{"hive", "SELECT 1"}})), IsOk());
  const TableIdentifier renamed{kDb, "w"};
  metastore_.LoseNext("create_table", testing::Loss::kRequest);
  EXPECT_THAT(catalog->RegisterView(renamed, WriteViewFile({{"hive", "SELECT 1"}})),
              IsError(ErrorCode::kCommitStateUnknown));
  metastore_.LoseNext("alter_table_with_environment_context", testing::Loss::kAnswer);
  EXPECT_THAT(catalog->RenameView(kV, renamed), IsOk());
  EXPECT_THAT(catalog->ListViews(kDb), IsOkAnd(ElementsAre(renamed)));
  metastore_.LoseNext("drop_table", testing::Loss::kRequest);
  EXPECT_THAT(catalog->DropView(renamed), IsError(ErrorCode::kCommitStateUnknown));
  metastore_.LoseNext("drop_table", testing::Loss::kAnswer);
  EXPECT_THAT(catalog->DropView(renamed), IsOk());
  EXPECT_THAT(catalog->ListViews(kDb), IsOkAnd(IsEmpty()));
}

TEST_F(HiveCatalogTest, ViewsOfOthersArePassedOver) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  // Hive's own, and what is no view whatever it calls itself.
  metastore_.PutTable("db", Value::Struct()
                                .With(1, Value::Text("hive"))
                                .With(9, Value::Texts({{"k", "v"}}))
                                .With(12, Value::Text("VIRTUAL_VIEW")));
  metastore_.PutTable("db", Value::Struct()
                                .With(1, Value::Text("table"))
                                .With(9, Value::Texts({{"table_type", "iceberg-view"}}))
                                .With(12, Value::Text("EXTERNAL_TABLE")));
  EXPECT_THAT(catalog->ListViews(kDb), IsOkAnd(IsEmpty()));
  for (const char* name : {"hive", "table"}) {
    EXPECT_THAT(catalog->LoadView({kDb, name}), IsError(ErrorCode::kNoSuchView));
    EXPECT_THAT(catalog->DropView({kDb, name}), IsError(ErrorCode::kNoSuchView));
    EXPECT_THAT(catalog->RenameView({kDb, name}, kV), IsError(ErrorCode::kNoSuchView));
  }
}

TEST_F(HiveCatalogTest, ACommitMovesThePointerFromWhereItWas) {
  auto catalog = Open();
  table::Table first = MakeTable(*catalog);
  ASSERT_OK_AND_ASSIGN(auto second, catalog->Commit(first, Set("k")));
  EXPECT_EQ(Parameters()["metadata_location"], second.metadata_location);
  EXPECT_EQ(Parameters()["previous_metadata_location"], first.metadata_location);
  auto context =
      metastore_.last("alter_table_with_environment_context").Find(4, Type::kStruct)->TextsAt(1);
  EXPECT_EQ(context["expected_parameter_key"], "metadata_location");
  EXPECT_EQ(context["expected_parameter_value"], first.metadata_location);
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveCatalogTest, WhatOthersKeepInATableStays) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  Value theirs = metastore_.table("db", "t");
  PropertyMap parameters = theirs.TextsAt(9);
  parameters.insert(
      {{"theirs", "1"}, {"numRows", "9"}, {"snapshot-count", "2"}, {"storage_handler", "h"}});
  parameters["table_type"] = "iceberg";
  Value storage = *theirs.Find(7, Type::kStruct);
  storage.With(3, Value::Text("theirs")).With(99, Value::Text("new in Hive 9"));
  theirs.With(9, Value::Texts(parameters)).With(7, storage).With(98, Value::I64(7));
  metastore_.PutTable("db", theirs);
  ASSERT_THAT(catalog->Commit(table, Set("k")), IsOk());
  Value now = metastore_.table("db", "t");
  EXPECT_EQ(now.NumberAt(98), 7);
  EXPECT_EQ(now.Find(7, Type::kStruct)->TextAt(3), "theirs");
  EXPECT_EQ(now.Find(7, Type::kStruct)->TextAt(99), "new in Hive 9");
  EXPECT_EQ(Parameters()["theirs"], "1");
  EXPECT_EQ(Parameters()["storage_handler"], "h");
  for (const char* stale : {"numRows", "snapshot-count"}) {
    EXPECT_FALSE(Parameters().contains(stale)) << "it would be of another snapshot";
  }
}

TEST_F(HiveCatalogTest, HiveReadsATableThatIsToBeReadByIt) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  ASSERT_OK_AND_ASSIGN(auto table,
                       catalog->CreateTable(kT, {.schema = OneColumn(),
                                                 .properties = {{"engine.hive.enabled", "True"}}}));
  EXPECT_THAT(Parameters()["storage_handler"], HasSubstr("HiveIcebergStorageHandler"));
  table::TableChange change{.updates = {iceberg::SetProperties{{{"engine.hive.enabled", "false"}}}},
                            .requirements = {}};
  ASSERT_THAT(catalog->Commit(table, change), IsOk());
  EXPECT_FALSE(Parameters().contains("storage_handler"));
}

TEST_F(HiveCatalogTest, TablesOfOthersArePassedOver) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  metastore_.PutTable(
      "db", Value::Struct().With(1, Value::Text("theirs")).With(9, Value::Texts({{"k", "v"}})));
  TableIdentifier theirs{kDb, "theirs"};
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog->Load(theirs), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog->DropTable(theirs, DropMode::kKeepFiles), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog->RenameTable(theirs, kT), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog->CreateTable(theirs, {.schema = OneColumn()}),
              IsError(ErrorCode::kAlreadyExists));
  table::Table table = catalog->CreateTable(kT, {.schema = OneColumn()}).value();
  EXPECT_THAT(catalog->RenameTable(kT, theirs), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
}

TEST_F(HiveCatalogTest, NamesAreInLowerCaseThere) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace({{"Db"}}, {}), IsOk());
  ASSERT_THAT(catalog->CreateTable({{{"DB"}}, "T"}, {.schema = OneColumn()}), IsOk());
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(ElementsAre(kT)));
  EXPECT_THAT(catalog->DropTable({{{"dB"}}, "T"}, DropMode::kPurge), IsOk());
  EXPECT_EQ(FileCount(), 0U);
}

TEST_F(HiveCatalogTest, APurgeLeavesWhatAnotherTableUses) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  TableIdentifier twin{kDb, "u"};
  ASSERT_THAT(catalog->RegisterTable(twin, table.metadata_location), IsOk());
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitConflict));
  ASSERT_THAT(catalog->DropTable(twin, DropMode::kKeepFiles), IsOk());
  ASSERT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsOk());
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_EQ(metastore_.last("drop_table").Find(3, Type::kBool)->number, 0)
      << "files are not the metastore's to delete";
  EXPECT_EQ(metastore_.lock_count(), 0U);
}

TEST_F(HiveCatalogTest, ManyTablesAreAskedForInParts) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  for (int i = 0; i < 120; ++i) {
    Value copy = metastore_.table("db", "t");
    metastore_.PutTable("db", copy.With(1, Value::Text("t" + std::to_string(i))));
  }
  ASSERT_OK_AND_ASSIGN(auto tables, catalog->ListTables(kDb));
  EXPECT_EQ(tables.size(), 121U);
  EXPECT_EQ(std::ranges::count(metastore_.calls(), "get_table_objects_by_name_req"), 3);
}

}  // namespace
}  // namespace hive
}  // namespace firn::catalog
