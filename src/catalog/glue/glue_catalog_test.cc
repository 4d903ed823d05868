// The Glue client on a fake that has versions as Glue has: what a commit proves, lost requests and
// replies, what Glue does not do at once. The real protocol: tests/clients/test_glue_catalog.py.
#include "catalog/glue/glue_catalog.h"

#include <filesystem>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "catalog/glue/glue_options.h"
#include "catalog/glue/testing/fake_glue.h"
#include "storage/http/testing/recording_sleeper.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog::glue {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using storage::http::FindHeader;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeGlue;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Loss;
using ::testing::Not;
using ::testing::StartsWith;

const NamespacePath kDb{{"db"}};
const TableIdentifier kT{kDb, "t"};
const std::string kThrottled = R"({"__type": "ThrottlingException", "Message": "slow down"})";

iceberg::Schema OneColumn() {
  return iceberg::Schema::Make(
             iceberg::SchemaId(0),
             {{iceberg::FieldId(1), "id", iceberg::Type::Plain(iceberg::TypeId::kLong)}}, {})
      .value();
}

class GlueCatalogTest : public ::testing::Test {
 protected:
  std::unique_ptr<Catalog> Open(PropertyMap properties = {}) {
    properties.emplace("warehouse", folder_.At("wh"));
    properties.emplace("glue.region", "eu-test-1");
    properties.emplace("glue.access-key-id", "key");
    properties.emplace("glue.secret-access-key", "secret");
    return OpenGlueCatalog({.type = CatalogType::kGlue, .properties = properties}, environment_)
        .value();
  }
  table::Table MakeTable(Catalog& catalog) {
    EXPECT_THAT(catalog.CreateNamespace(kDb, {}), IsOk());
    return catalog.CreateTable(kT, {.schema = OneColumn()}).value();
  }
  static table::TableChange Set(const std::string& key) {
    return {.updates = {iceberg::SetProperties{{{key, "v"}}}}, .requirements = {}};
  }
  size_t FileCount() { return folder_.FileCount("wh"); }

  storage::testing::TestFolder folder_;
  SystemClock clock_;
  storage::http::testing::RecordingSleeper sleeper_{nullptr};
  FakeGlue glue_;
  CatalogEnvironment environment_{.clock = clock_,
                                  .variables = [](std::string_view) { return std::nullopt; },
                                  .transport = &glue_,
                                  .sleeper = &sleeper_};
};

TEST_F(GlueCatalogTest, NamespacesAreDatabases) {
  auto catalog = Open();
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_THAT(catalog->CreateNamespace({{name}}, {}), IsOk());
  }
  EXPECT_THAT(
      catalog->ListNamespaces({}),
      IsOkAnd(ElementsAre(NamespacePath{{"a"}}, NamespacePath{{"b"}}, NamespacePath{{"c"}})));
  EXPECT_THAT(catalog->ListNamespaces({{"a"}}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog->ListNamespaces({{"none"}}), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog->CreateNamespace({{"a"}}, {}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog->CreateNamespace({{"a", "b"}}, {}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog->NamespaceExists({{"a", "b"}}), IsOkAnd(false));
  ASSERT_THAT(catalog->CreateNamespace(kDb, {{"location", "/wh/x"}, {"comment", "c"}, {"k", "1"}}),
              IsOk());
  EXPECT_THAT(glue_.last_request().body, HasSubstr(R"("LocationUri":"/wh/x")"));
  ASSERT_THAT(catalog->UpdateNamespace(kDb, {.updates = {{"l", "2"}}, .removals = {"k"}}), IsOk());
  EXPECT_THAT(catalog->LoadNamespace(kDb),
              IsOkAnd(PropertyMap{{"location", "/wh/x"}, {"comment", "c"}, {"l", "2"}}));
  ASSERT_THAT(catalog->DropNamespace(kDb), IsOk());
  EXPECT_THAT(catalog->DropNamespace(kDb), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog->LoadNamespace(kDb), IsError(ErrorCode::kNoSuchNamespace));
}

TEST_F(GlueCatalogTest, ATablesLife) {
  auto catalog = Open({{"glue.id", "123"}});
  EXPECT_THAT(catalog->CreateTable(kT, {.schema = OneColumn()}),
              IsError(ErrorCode::kNoSuchNamespace));
  table::Table first = MakeTable(*catalog);
  std::string input(glue_.last_request().body);
  EXPECT_THAT(input, StartsWith(R"({"CatalogId":"123","DatabaseName":"db",)"));
  EXPECT_THAT(input, HasSubstr(R"("Name":"id","Type":"bigint")"));
  EXPECT_THAT(input, HasSubstr(R"("table_type":"ICEBERG")"));
  EXPECT_THAT(catalog->CreateTable(kT, {.schema = OneColumn()}),
              IsError(ErrorCode::kAlreadyExists));
  ASSERT_OK_AND_ASSIGN(auto second, catalog->Commit(first, Set("k")));
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog->Load(kT));
  EXPECT_EQ(loaded.metadata_location, second.metadata_location);
  ASSERT_OK_AND_ASSIGN(auto third, catalog->Commit(first, Set("l")));
  EXPECT_TRUE(third.metadata->FindProperty("k").has_value());
  EXPECT_THAT(catalog->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
  ASSERT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsOk());
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(ElementsAre(TableIdentifier{kDb, "u"})));
  ASSERT_THAT(catalog->RegisterTable(kT, third.metadata_location), IsOk());
  EXPECT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitConflict))
      << "registered twice";
  ASSERT_THAT(catalog->DropTable(kT, DropMode::kKeepFiles), IsOk());
  ASSERT_THAT(catalog->DropTable({kDb, "u"}, DropMode::kPurge), IsOk());
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_THAT(catalog->Load(kT), IsError(ErrorCode::kNoSuchTable));
}

TEST_F(GlueCatalogTest, ATableIsPurgedByANameWithCapitals) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  const TableIdentifier orders{kDb, "Orders"};
  ASSERT_THAT(catalog->CreateTable(orders, {.schema = OneColumn()}), IsOk());
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(ElementsAre(TableIdentifier{kDb, "orders"})));
  ASSERT_THAT(catalog->DropTable(orders, DropMode::kPurge), IsOk());
  EXPECT_EQ(FileCount(), 0U);
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(IsEmpty()));
}

TEST_F(GlueCatalogTest, TablesOfOthersArePassedOver) {
  auto catalog = Open();
  ASSERT_THAT(catalog->CreateNamespace(kDb, {}), IsOk());
  glue_.PutTable("db", R"({"Name": "hive", "Parameters": {"k": "v"}})");
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(IsEmpty()));
  TableIdentifier hive{kDb, "hive"};
  EXPECT_THAT(catalog->Load(hive), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog->DropTable(hive, DropMode::kKeepFiles), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog->CreateTable(hive, {.schema = OneColumn()}),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
}

TEST_F(GlueCatalogTest, ItHasNoViews) {
  auto catalog = Open();
  EXPECT_THAT(catalog->ListViews(kDb), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->ViewExists(kT), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->LoadView(kT), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->RegisterView(kT, "s3://b/f"), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->RenameView(kT, {kDb, "u"}), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(catalog->DropView(kT), IsError(ErrorCode::kUnsupported));
}

TEST_F(GlueCatalogTest, WhatOthersKeepInATableStays) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  glue_.PutTable("db",
                 R"({"Name": "t", "Owner": "me", "Description": "d", "TableType": "EXTERNAL_TABLE",
      "Parameters": {"table_type": "iceberg", "theirs": "1", "metadata_location": ")" +
                     table.metadata_location + R"("}})");
  ASSERT_THAT(catalog->Commit(table, Set("k")), IsOk());
  std::string input(glue_.last_request().body);
  EXPECT_THAT(input, HasSubstr(R"("Owner":"me")"));
  EXPECT_THAT(input, HasSubstr(R"("theirs":"1")"));
  EXPECT_THAT(input, HasSubstr(R"("previous_metadata_location":")" + table.metadata_location));
  EXPECT_THAT(input, HasSubstr(R"("SkipArchive":true)"));
}

TEST_F(GlueCatalogTest, ConcurrentCommitsAreNeitherLostNorDoubled) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  constexpr int kWriters = 4;
  constexpr int kCommits = 6;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kCommits; ++i) {
        Status done = Error(ErrorCode::kCommitConflict, "not yet");
        while (!done.has_value()) {
          auto committed =
              catalog->Commit(table, Set(std::to_string(writer) + "-" + std::to_string(i)));
          ASSERT_THAT(
              committed.has_value() || committed.error().code() == ErrorCode::kCommitConflict,
              true);
          done = committed.has_value() ? Status() : Status(Error(committed.error()));
        }
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog->Load(kT));
  EXPECT_EQ(loaded.metadata->metadata_log.size(), static_cast<size_t>(kWriters * kCommits));
}

TEST_F(GlueCatalogTest, ACommitWhoseReplyIsLostIsFound) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  glue_.LoseNext("UpdateTable", Loss::kReply);
  ASSERT_OK_AND_ASSIGN(auto committed, catalog->Commit(table, Set("k")));
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog->Load(kT));
  EXPECT_EQ(loaded.metadata_location, committed.metadata_location);
}

TEST_F(GlueCatalogTest, ALostRequestCanNoLongerHappen) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  for (Loss loss : {Loss::kRequest, Loss::kLate}) {
    glue_.LoseNext("UpdateTable", loss);
    auto committed = catalog->Commit(table, Set("k"));
    ASSERT_OK_AND_ASSIGN(auto loaded, catalog->Load(kT));
    if (committed.has_value()) {
      // It came after the look, and before the version was moved on.
      EXPECT_EQ(loaded.metadata_location, committed->metadata_location);
    } else {
      EXPECT_THAT(committed, IsError(ErrorCode::kUnavailable));
      EXPECT_EQ(loaded.metadata_location, table.metadata_location);
      EXPECT_EQ(FileCount(), before);
    }
  }
  EXPECT_THAT(catalog->Load(kT), IsOk());
}

TEST_F(GlueCatalogTest, WhatCannotBeToldIsUnknownAndItsFileStays) {
  auto catalog = Open({{"glue.max-retries", "0"}});
  table::Table table = MakeTable(*catalog);
  size_t before = FileCount();
  glue_.AnswerNext("UpdateTable", 500, R"({"__type": "InternalServiceException"})");
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsError(ErrorCode::kUnavailable))
      << "it was looked";
  glue_.LoseNext("CreateTable", Loss::kRequest);
  EXPECT_THAT(catalog->CreateTable({kDb, "u"}, {.schema = OneColumn()}),
              IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), before + 1);
  glue_.LoseNext("DeleteTable", Loss::kReply);
  EXPECT_THAT(catalog->DropTable(kT, DropMode::kPurge), IsError(ErrorCode::kCommitStateUnknown));
  EXPECT_EQ(FileCount(), before + 1);
}

TEST_F(GlueCatalogTest, ARenameThatCannotBeEndedIsUndone) {
  auto catalog = Open();
  MakeTable(*catalog);
  glue_.AnswerNext("DeleteTable", 400, R"({"__type": "AccessDeniedException"})");
  EXPECT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(catalog->ListTables(kDb), IsOkAnd(ElementsAre(kT)));
  glue_.LoseNext("DeleteTable", Loss::kReply);
  EXPECT_THAT(catalog->RenameTable(kT, {kDb, "u"}), IsError(ErrorCode::kCommitStateUnknown));
}

TEST_F(GlueCatalogTest, WhatIsThrottledIsTriedAgain) {
  auto catalog = Open();
  table::Table table = MakeTable(*catalog);
  glue_.AnswerNext("UpdateTable", 400, kThrottled);
  EXPECT_THAT(catalog->Commit(table, Set("k")), IsOk());
  auto impatient = Open({{"glue.max-retries", "0"}});
  glue_.AnswerNext("GetTable", 400, kThrottled);
  EXPECT_THAT(impatient->Load(kT), IsError(ErrorCode::kResourceExhausted));
}

TEST_F(GlueCatalogTest, RequestsAreSignedForGlue) {
  auto catalog = Open({{"glue.session-token", "token"}});
  ASSERT_THAT(catalog->ListNamespaces({}), IsOk());
  auto request = glue_.last_request();
  EXPECT_EQ(request.url, "https://glue.eu-test-1.amazonaws.com/");
  EXPECT_EQ(*FindHeader(request.headers, "x-amz-target"), "AWSGlue.GetDatabases");
  EXPECT_THAT(*FindHeader(request.headers, "authorization"), HasSubstr("/eu-test-1/glue/aws4_"));
  EXPECT_EQ(*FindHeader(request.headers, "x-amz-security-token"), "token");
}

TEST(GlueOptionsTest, BadOnesAreToldByName) {
  auto parse = [](PropertyMap properties) {
    properties.emplace("warehouse", "s3://b/wh/");
    return ParseGlueOptions({.type = CatalogType::kGlue, .properties = std::move(properties)},
                            [](std::string_view) { return std::nullopt; });
  };
  ASSERT_OK_AND_ASSIGN(auto options,
                       parse({{"client.region", "r"}, {"glue.skip-archive", "false"}}));
  EXPECT_EQ(options.warehouse, "s3://b/wh");
  EXPECT_FALSE(options.skips_archive);
  const std::vector<PropertyMap> wrong = {
      {},
      {{"glue.region", "r"}, {"glue.endpoint", "nowhere"}},
      {{"glue.region", "r"}, {"glue.endpoint", "http://u:hidden@h"}},
      {{"glue.region", "r"}, {"glue.access-key-id", "hidden"}},
      {{"glue.region", "r"}, {"glue.skip-archive", "hidden"}},
      {{"glue.region", "r"}, {"glue.max-retries", "hidden"}}};
  for (const PropertyMap& properties : wrong) {
    auto parsed = parse(properties);
    ASSERT_THAT(parsed, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(parsed.error().Describe(), Not(HasSubstr("hidden")));
  }
}

}  // namespace
}  // namespace firn::catalog::glue
