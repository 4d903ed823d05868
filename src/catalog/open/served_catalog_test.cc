// The REST client against a real catalog: `firn serve` in a process of its own.
#include "catalog/testing/served_catalog.h"

#include "base/testing/matchers.h"
#include "catalog/open/open_catalog.h"
#include "catalog/testing/catalog_suite.h"
#include "table/evolve/spec_change.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::ServedCatalog;

std::unique_ptr<Catalog> OpenAt(const std::string& uri) {
  auto config = ReadCatalogUri(uri, ProcessEnvironment().variables);
  return OpenCatalog(config.value(), ProcessEnvironment()).value();
}

CatalogUnderTest MakeServed() {
  auto server = std::make_shared<ServedCatalog>(FIRN_BINARY);
  return {OpenAt(server->uri()), server};
}

INSTANTIATE_TEST_SUITE_P(Rest,
                         CatalogTest,
                         ::testing::Values(CatalogKind{"FirnServe", &MakeServed}),
                         &CatalogKindName);

TEST(ServedCatalogTest, WarehousesAndWhatIsNoCatalog) {
  ServedCatalog server(FIRN_BINARY);
  auto variables = ProcessEnvironment().variables;
  auto config = ReadCatalogUri(server.uri() + "?warehouse=none", variables).value();
  EXPECT_THAT(OpenCatalog(config, ProcessEnvironment()), IsError(ErrorCode::kNoSuchWarehouse));
  config = ReadCatalogUri(server.uri() + "/ready", variables).value();
  EXPECT_FALSE(OpenCatalog(config, ProcessEnvironment()).has_value());
}

TEST(ServedCatalogTest, ATableThatDidNotChangeIsTheSameObject) {
  ServedCatalog server(FIRN_BINARY);
  auto catalog = OpenAt(server.uri());
  NamespacePath db{{"a b", "c"}};
  ASSERT_THAT(catalog->CreateNamespace({{"a b"}}, {}), IsOk());
  ASSERT_THAT(catalog->CreateNamespace(db, {}), IsOk());
  TableIdentifier identifier{db, "t"};
  ASSERT_THAT(catalog->CreateTable(identifier, {.schema = OneColumnSchema()}), IsOk());
  ASSERT_OK_AND_ASSIGN(auto first, catalog->Load(identifier));
  ASSERT_OK_AND_ASSIGN(auto second, catalog->Load(identifier));
  EXPECT_EQ(first.metadata, second.metadata) << "304";
  table::TableChange change{.updates = {iceberg::SetProperties{{{"k", "v"}}}}, .requirements = {}};
  ASSERT_THAT(OpenAt(server.uri())->Commit(first, change), IsOk()) << "another client";
  ASSERT_OK_AND_ASSIGN(auto third, catalog->Load(identifier));
  EXPECT_EQ(third.metadata->FindProperty("k"), "v");
  EXPECT_THAT(catalog->DropTable(identifier, DropMode::kPurge), IsOk());
  EXPECT_THAT(catalog->TableExists(identifier), IsOkAnd(false));
}

TEST(ServedCatalogTest, PartitioningChanges) {
  ServedCatalog server(FIRN_BINARY);
  auto catalog = OpenAt(server.uri());
  const NamespacePath db{{"db"}};
  const iceberg::Schema schema = OneColumnSchema();
  ASSERT_THAT(catalog->CreateNamespace(db, {}), IsOk());
  for (const char* version : {"1", "2", "3"}) {
    const TableIdentifier identifier{db, version};
    ASSERT_OK_AND_ASSIGN(
        auto spec,
        table::NewSpec(schema, std::vector<table::AddPartitionField>{
                                   {"id", iceberg::Transform::Bucket(4), std::nullopt}}));
    ASSERT_OK_AND_ASSIGN(
        auto made, catalog->CreateTable(identifier, {.schema = schema,
                                                     .spec = spec,
                                                     .properties = {{"format-version", version}}}));
    ASSERT_EQ(made.metadata->default_spec().fields.size(), 1U);
    // A field that stays beside one that is new.
    ASSERT_OK_AND_ASSIGN(
        auto updates,
        table::ChangeSpec(*made.metadata,
                          std::vector<table::SpecStep>{table::AddPartitionField{
                              "id", iceberg::Transform::Truncate(10), std::nullopt}}));
    ASSERT_OK_AND_ASSIGN(auto changed,
                         catalog->Commit(made, {.updates = updates, .requirements = {}}));
    const auto& fields = changed.metadata->default_spec().fields;
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].field_id, iceberg::FieldId(1000));
    EXPECT_EQ(fields[1].field_id, iceberg::FieldId(1001));
  }
}

}  // namespace
}  // namespace firn::catalog
