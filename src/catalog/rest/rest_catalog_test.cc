#include "catalog/rest/rest_catalog.h"

#include "base/testing/matchers.h"
#include "catalog/rest/rest_endpoints.h"
#include "catalog/rest/testing/scripted_catalog.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "storage/http/testing/loopback_server.h"
#include "storage/http/testing/recording_sleeper.h"

namespace firn::catalog::rest {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using storage::http::FindHeader;
using storage::http::testing::LoopbackServer;
using ::testing::ElementsAre;
using testing::Failure;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Refusal;
using testing::Reply;
using testing::ScriptedCatalog;
using testing::SeenRequest;
using ::testing::SizeIs;

const TableIdentifier kTable{{{"db"}}, "t"};
const TableIdentifier kView{{{"db"}}, "v"};
constexpr std::string_view kTablePath = "/v1/namespaces/db/tables/t";

iceberg::Schema OneColumn() {
  return iceberg::Schema::Make(
             iceberg::SchemaId(0),
             {{iceberg::FieldId(1), "id", iceberg::Type::Plain(iceberg::TypeId::kLong)}}, {})
      .value();
}

std::string TableBody(std::string_view rest = "") {
  auto metadata = iceberg::NewTableMetadata(
      {.schema = OneColumn(), .location = "s3://bucket/t", .uuid = Uuid::Random()}, TimestampMs(1));
  return R"({"metadata-location": "s3://bucket/t/metadata/0.metadata.json", "metadata": )" +
         iceberg::PrintTableMetadata(*metadata.value()) + std::string(rest) + "}";
}

class RestCatalogTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Catalog>> Open(PropertyMap properties = {}) {
    properties.emplace("uri", "http://c");
    return RestCatalog::Open({.properties = properties}, environment_);
  }
  void Configuration(const std::string& body) {
    scripted_.Reset("GET /v1/config");
    scripted_.On("GET /v1/config", Reply(200, body));
  }
  std::string Line(std::string_view method) {
    return std::string(method) + " " + std::string(kTablePath);
  }

  ManualClock clock_{TimestampMs(1'700'000'000'000)};
  storage::http::testing::RecordingSleeper sleeper_{&clock_};
  ScriptedCatalog scripted_;
  CatalogEnvironment environment_{.clock = clock_,
                                  .variables = [](std::string_view) { return std::nullopt; },
                                  .transport = &scripted_,
                                  .sleeper = &sleeper_};
};

TEST_F(RestCatalogTest, TheConfigurationDecidesPrefixAndSeparator) {
  scripted_.On("GET /api/v1/config?warehouse=my%20wh", Reply(200, R"({
      "defaults": {"prefix": "default", "namespace-separator": "%2E"},
      "overrides": {"prefix": "a/b"}})"));
  scripted_.On("GET /api/v1/a/b/namespaces/x%2Ey%20z", Reply(200, R"({"properties": {"k": "v"}})"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open({{"uri", "http://c/api/v1/"},
                                           {"warehouse", "my wh"},
                                           {"prefix", "mine"},
                                           {"header.X-Tenant", "blue"}}));
  EXPECT_THAT(catalog->LoadNamespace({{"x", "y z"}}), IsOkAnd(PropertyMap{{"k", "v"}}));
  EXPECT_EQ(scripted_.requests().back().Header("x-tenant"), "blue");
}

TEST_F(RestCatalogTest, AnOverriddenUriIsFollowed) {
  Configuration(R"({"overrides": {"uri": "http://other/deep"}})");
  scripted_.On("HEAD /deep/v1/namespaces/db", Reply(204));
  scripted_.On("GET /deep/v1/namespaces/db", Reply(200, "{}"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  EXPECT_THAT(catalog->NamespaceExists({{"db"}}), IsOkAnd(true));
  EXPECT_EQ(scripted_.requests().back().line, "GET /deep/v1/namespaces/db") << "HEAD is no default";
}

TEST_F(RestCatalogTest, WhatIsNotOfferedIsNotSent) {
  Configuration(R"({"endpoints": ["HEAD /v1/{prefix}/namespaces/{namespace}"]})");
  scripted_.On("HEAD /v1/namespaces/db", Reply(204));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  EXPECT_THAT(catalog->NamespaceExists({{"db"}}), IsOkAnd(true));
  EXPECT_THAT(catalog->NamespaceExists({{"other"}}), IsOkAnd(false));
  size_t before = scripted_.requests().size();
  EXPECT_THAT(catalog->Load(kTable), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->RegisterTable(kTable, "s3://b/f"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(scripted_.requests(), SizeIs(before));
}

TEST_F(RestCatalogTest, OpenTellsWhyItFailed) {
  EXPECT_THAT(Open({{"uri", "http://user:pw@c"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Open({{"rest.client.max-retries", "many"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(scripted_.requests(), IsEmpty());
  EXPECT_THAT(Open({{"warehouse", "none"}}), IsError(ErrorCode::kNoSuchWarehouse));
  Configuration("<html>");
  EXPECT_THAT(Open(), IsError(ErrorCode::kInternal));
}

TEST_F(RestCatalogTest, ListsAreFollowedToTheirEnd) {
  scripted_.On("GET /v1/namespaces?pageToken=&parent=a%1Fb",
               Reply(200, R"({"namespaces": [["a","b","z"]], "next-page-token": "p/2"})"));
  scripted_.On("GET /v1/namespaces?pageToken=p%2F2&parent=a%1Fb",
               Reply(200, R"({"namespaces": [["a","b","c"]], "next-page-token": null})"));
  scripted_.On("GET /v1/namespaces/db/tables?pageToken=",
               Reply(200, R"({"identifiers": [{"namespace": ["db"], "name": "t"}]})"));
  scripted_.On("GET /v1/namespaces/endless/tables?pageToken=",
               Reply(200, R"({"identifiers": [], "next-page-token": "x"})"));
  scripted_.On("GET /v1/namespaces/endless/tables?pageToken=x",
               Reply(200, R"({"identifiers": [], "next-page-token": "x"})"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  EXPECT_THAT(catalog->ListNamespaces({{"a", "b"}}),
              IsOkAnd(ElementsAre(NamespacePath{{"a", "b", "c"}}, NamespacePath{{"a", "b", "z"}})));
  EXPECT_THAT(catalog->ListTables({{"db"}}), IsOkAnd(ElementsAre(kTable)));
  EXPECT_THAT(catalog->ListTables({{"none"}}), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog->ListTables({{"endless"}}), IsError(ErrorCode::kPayloadTooLarge));
}

TEST_F(RestCatalogTest, ChangesSayWhatTheyWant) {
  Configuration(R"({"idempotency-key-lifetime": "PT30M"})");
  scripted_.On("POST /v1/namespaces", Reply(200, "{}"));
  scripted_.On("POST /v1/namespaces/db/properties", Reply(200, "{}"));
  scripted_.On("DELETE /v1/namespaces/db", Refusal(409, "NamespaceNotEmptyException"));
  scripted_.On("POST /v1/tables/rename", Reply(204));
  scripted_.On("DELETE " + std::string(kTablePath) + "?purgeRequested=true", Reply(204));
  scripted_.On("DELETE " + std::string(kTablePath) + "?purgeRequested=false", Reply(404));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  ASSERT_THAT(catalog->CreateNamespace({{"a", "b"}}, {{"k", "v"}}), IsOk());
  SeenRequest seen = scripted_.requests().back();
  EXPECT_EQ(seen.body, R"({"namespace":["a","b"],"properties":{"k":"v"}})");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_THAT(seen.Header("idempotency-key"), SizeIs(36));
  ASSERT_THAT(catalog->UpdateNamespace({{"db"}}, {.updates = {{"k", "v"}}, .removals = {"old"}}),
              IsOk());
  EXPECT_EQ(scripted_.requests().back().body, R"({"removals":["old"],"updates":{"k":"v"}})");
  EXPECT_THAT(catalog->DropNamespace({{"db"}}), IsError(ErrorCode::kNamespaceNotEmpty));
  ASSERT_THAT(catalog->RenameTable(kTable, {{{"other"}}, "u"}), IsOk());
  EXPECT_EQ(scripted_.requests().back().body,
            R"({"source":{"namespace":["db"],"name":"t"},)"
            R"("destination":{"namespace":["other"],"name":"u"}})");
  EXPECT_THAT(catalog->DropTable(kTable, DropMode::kPurge), IsOk());
  EXPECT_THAT(catalog->DropTable(kTable, DropMode::kKeepFiles), IsError(ErrorCode::kNoSuchTable));
}

TEST_F(RestCatalogTest, ATableIsCreatedOrRegistered) {
  scripted_.On("POST /v1/namespaces/db/tables", Reply(200, TableBody()));
  scripted_.On("POST /v1/namespaces/db/register", Refusal(409, "AlreadyExistsException"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  ASSERT_OK_AND_ASSIGN(auto table, catalog->CreateTable(kTable, {.schema = OneColumn(),
                                                                 .location = "s3://bucket/t",
                                                                 .properties = {{"a", "b"}}}));
  EXPECT_EQ(table.metadata->location, "s3://bucket/t");
  EXPECT_EQ(table.identifier, kTable);
  EXPECT_THAT(scripted_.requests().back().body,
              HasSubstr(R"("location":"s3://bucket/t","stage-create":false,)"
                        R"("properties":{"a":"b"})"));
  EXPECT_THAT(catalog->RegisterTable(kTable, "s3://b/f"), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(scripted_.requests().back().body, R"({"name":"t","metadata-location":"s3://b/f"})");
}

TEST_F(RestCatalogTest, ACommitSendsUpdatesAndRequirements) {
  scripted_.On(Line("GET"), Reply(200, TableBody(R"(, "config": {"k": "v"})")));
  scripted_.On(Line("POST"), Reply(200, TableBody()));
  scripted_.On(Line("POST"), Reply(409));
  scripted_.On(Line("POST"), Reply(200, "not JSON"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  table::TableChange change{.updates = {iceberg::SetProperties{{{"a", "b"}}}},
                            .requirements = {iceberg::AssertTableUuid{"u"}}};
  ASSERT_OK_AND_ASSIGN(auto after, catalog->Commit(table, change));
  EXPECT_EQ(after.config, (PropertyMap{{"k", "v"}}));
  EXPECT_EQ(after.files, table.files);
  EXPECT_EQ(scripted_.requests().back().body,
            R"({"identifier":{"namespace":["db"],"name":"t"},)"
            R"("requirements":[{"type":"assert-table-uuid","uuid":"u"}],)"
            R"("updates":[{"action":"set-properties","updates":{"a":"b"}}]})");
  EXPECT_THAT(catalog->Commit(table, change), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(catalog->Commit(table, change), IsError(ErrorCode::kCommitStateUnknown))
      << "it was answered with success";
}

TEST_F(RestCatalogTest, ATableThatDidNotChangeIsNotSentAgain) {
  scripted_.On(Line("GET"), Reply(200, TableBody(), {{"etag", "\"v1\""}}));
  scripted_.On(Line("GET"), Reply(304));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  ASSERT_OK_AND_ASSIGN(auto first, catalog->Load(kTable));
  EXPECT_EQ(scripted_.requests().back().Header("if-none-match"), "");
  EXPECT_EQ(scripted_.requests().back().Header("x-iceberg-access-delegation"),
            "vended-credentials,remote-signing");
  ASSERT_OK_AND_ASSIGN(auto second, catalog->Load(kTable));
  EXPECT_EQ(scripted_.requests().back().Header("if-none-match"), "\"v1\"");
  EXPECT_EQ(second.metadata, first.metadata);
  scripted_.On(Line("POST"), Reply(409));
  EXPECT_THAT(catalog->Commit(second, {}), IsError(ErrorCode::kCommitConflict));
  scripted_.Reset(Line("GET"));
  scripted_.On(Line("GET"), Reply(200, TableBody()));
  ASSERT_THAT(catalog->Load(kTable), IsOk());
  EXPECT_EQ(scripted_.requests().back().Header("if-none-match"), "") << "a commit came between";
}

TEST_F(RestCatalogTest, CredentialsThatEndAreFetchedAgain) {
  std::string ends = std::to_string(clock_.Now().value() + 600'000);
  scripted_.On(Line("GET"),
               Reply(200,
                     TableBody(R"(, "storage-credentials": [{"prefix": "s3://bucket", "config": {
                         "s3.session-token": "x", "s3.session-token-expires-at-ms": ")" +
                               ends + R"("}}])"),
                     {{"etag", "\"v1\""}}));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  ASSERT_THAT(catalog->Load(kTable), IsOk());
  ASSERT_THAT(catalog->Load(kTable), IsOk());
  EXPECT_EQ(scripted_.requests().back().Header("if-none-match"), "\"v1\"");
  clock_.Advance(std::chrono::milliseconds(600'000 - TableCache::kMarginMs));
  ASSERT_THAT(catalog->Load(kTable), IsOk());
  EXPECT_EQ(scripted_.requests().back().Header("if-none-match"), "");
}

TEST_F(RestCatalogTest, VendedCredentialsReachTheStorage) {
  LoopbackServer s3([](const auto&, int) { return storage::http::testing::Answer(200, "x"); });
  scripted_.On(Line("GET"), Reply(200, TableBody(R"(, "config": {"s3.endpoint": ")" + s3.uri() +
                                                 R"(", "s3.remote-signing-enabled": "false"},
      "storage-credentials": [{"prefix": "s3://bucket/t", "config": {
          "s3.access-key-id": "vended", "s3.secret-access-key": "y"}}])")));
  ASSERT_OK_AND_ASSIGN(auto catalog,
                       Open({{"s3.access-key-id", "mine"}, {"s3.secret-access-key", "z"}}));
  ASSERT_OK_AND_ASSIGN(auto table, catalog->Load(kTable));
  ASSERT_THAT(table.files->Read("s3://bucket/t/data/1", 10), IsOk());
  EXPECT_THAT(*FindHeader(s3.requests().back().headers, "authorization"),
              HasSubstr("Credential=vended/"));
  ASSERT_THAT(table.files->Read("s3://bucket/else", 10), IsOk());
  EXPECT_THAT(*FindHeader(s3.requests().back().headers, "authorization"),
              HasSubstr("Credential=mine/"));
}

TEST_F(RestCatalogTest, AServerThatListsNoEndpointsHasNoViews) {
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  size_t before = scripted_.requests().size();
  EXPECT_THAT(catalog->ListViews({{"db"}}), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->ViewExists(kView), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->LoadView(kView), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->RegisterView(kView, "s3://b/f"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->RenameView(kView, kTable), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->DropView(kView), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(scripted_.requests(), SizeIs(before));
}

TEST_F(RestCatalogTest, OfViewsOnlyWhatIsListedIsSent) {
  Configuration(R"({"endpoints": ["GET /v1/{prefix}/namespaces/{namespace}/views",
                                  "GET /v1/{prefix}/namespaces/{namespace}/views/{view}"]})");
  scripted_.On("GET /v1/namespaces/db/views?pageToken=", Reply(200, R"({
      "identifiers": [{"namespace": ["db"], "name": "w"}], "next-page-token": "p 2"})"));
  scripted_.On("GET /v1/namespaces/db/views?pageToken=p%202", Reply(200, R"({
      "identifiers": [{"namespace": ["db"], "name": "v"}]})"));
  scripted_.On("GET /v1/namespaces/db/views/v", Reply(404));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  EXPECT_THAT(catalog->ListViews({{"db"}}),
              IsOkAnd(ElementsAre(kView, TableIdentifier{{{"db"}}, "w"})));
  EXPECT_THAT(catalog->ViewExists(kView), IsOkAnd(false)) << "by GET: HEAD is not listed";
  EXPECT_THAT(catalog->LoadView(kView), IsError(ErrorCode::kNoSuchView));
  size_t before = scripted_.requests().size();
  EXPECT_THAT(catalog->DropView(kView), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(scripted_.requests(), SizeIs(before));
}

TEST_F(RestCatalogTest, WhatAChangeOfAViewCameTo) {
  Configuration(R"({"endpoints": ["POST /v1/{prefix}/namespaces/{namespace}/register-view",
                                  "DELETE /v1/{prefix}/namespaces/{namespace}/views/{view}",
                                  "POST /v1/{prefix}/views/rename"]})");
  scripted_.On("POST /v1/namespaces/db/register-view", Reply(200, "not JSON"));
  scripted_.On("POST /v1/namespaces/db/register-view", Reply(409));
  scripted_.On("POST /v1/namespaces/db/register-view", Refusal(404, "NoSuchNamespaceException"));
  scripted_.On("DELETE /v1/namespaces/db/views/v", Reply(204));
  scripted_.On("DELETE /v1/namespaces/db/views/v", Refusal(404, "NoSuchViewException"));
  scripted_.On("DELETE /v1/namespaces/db/views/v", Failure(ErrorCode::kIoError));
  scripted_.On("POST /v1/views/rename", Reply(204));
  scripted_.On("POST /v1/views/rename", Reply(404));
  scripted_.On("POST /v1/views/rename", Refusal(409, "AlreadyExistsException"));
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  EXPECT_THAT(catalog->RegisterView(kView, "s3://b/f"), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(scripted_.requests().back().body, R"({"name":"v","metadata-location":"s3://b/f"})");
  EXPECT_THAT(catalog->RegisterView(kView, "s3://b/f"), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog->RegisterView(kView, "s3://b/f"), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog->DropView(kView), IsOk());
  EXPECT_THAT(catalog->DropView(kView), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog->DropView(kView), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_THAT(catalog->RenameView(kView, kTable), IsOk());
  EXPECT_THAT(catalog->RenameView(kView, kTable), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog->RenameView(kView, kTable), IsError(ErrorCode::kAlreadyExists));
}

TEST_F(RestCatalogTest, NamesThatAreNoneAreRefusedHere) {
  ASSERT_OK_AND_ASSIGN(auto catalog, Open());
  size_t before = scripted_.requests().size();
  EXPECT_THAT(catalog->LoadNamespace({}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog->DropNamespace({{"a", ""}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog->Load({{}, "t"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog->DropTable({{{"a"}}, ""}, DropMode::kPurge),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(scripted_.requests(), SizeIs(before));
}

TEST(TableCacheTest, ItIsBoundedAndTheOldestGoes) {
  TableCache cache;
  auto name = [](size_t i) { return TableIdentifier{{{"db"}}, std::to_string(i)}; };
  auto insert = [&](size_t i, size_t bytes) {
    cache.Insert({"e", {.identifier = name(i)}}, bytes);
  };
  for (size_t i = 0; i <= TableCache::kMaxTables; ++i) {
    insert(i, 1);
  }
  EXPECT_FALSE(cache.Find(name(0), TimestampMs(0)).has_value());
  EXPECT_TRUE(cache.Find(name(1), TimestampMs(0)).has_value());
  insert(1000, TableCache::kMaxBytes);
  EXPECT_FALSE(cache.Find(name(1), TimestampMs(0)).has_value());
  EXPECT_TRUE(cache.Find(name(1000), TimestampMs(0)).has_value());
  insert(1001, TableCache::kMaxBytes + 1);
  EXPECT_FALSE(cache.Find(name(1001), TimestampMs(0)).has_value());
}

}  // namespace
}  // namespace firn::catalog::rest
