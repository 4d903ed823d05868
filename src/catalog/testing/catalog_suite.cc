#include "catalog/testing/catalog_suite.h"

#include <ostream>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const NamespacePath kDb{{"db"}};
const TableIdentifier kT{kDb, "t"};
const TableIdentifier kV{kDb, "v"};

table::TableChange SetProperty(const std::string& key, const std::string& value) {
  return {.updates = {iceberg::SetProperties{{{key, value}}}}, .requirements = {}};
}

constexpr std::string_view kSql = "SELECT id FROM t";

iceberg::ViewMetadata ViewAt(const std::string& location) {
  iceberg::ViewVersion version{
      .id = iceberg::ViewVersionId(1),
      .timestamp = TimestampMs(1),
      .schema_id = iceberg::SchemaId(0),
      .default_namespace = {"db"},
      .representations = {{.type = "sql", .sql = std::string(kSql), .dialect = "spark"}}};
  return {.uuid = Uuid::Random().ToString(),
          .location = location,
          .schemas = {OneColumnSchema()},
          .current_version_id = version.id,
          .versions = {version},
          .history = {{version.timestamp, version.id}}};
}

iceberg::AssertTableUuid SameUuid(const table::Table& table) { return {table.metadata->uuid}; }

/// Commits until no other commit comes first.
Status CommitInTheEnd(Catalog& catalog, const table::Table& base, const std::string& key) {
  while (true) {
    auto committed = catalog.Commit(base, SetProperty(key, "set"));
    if (committed.has_value()) {
      return {};
    }
    if (committed.error().code() != ErrorCode::kCommitConflict) {
      return TakeError(std::move(committed));
    }
  }
}

}  // namespace

iceberg::Schema OneColumnSchema() {
  return iceberg::Schema::Make(
             iceberg::SchemaId(0),
             {{iceberg::FieldId(1), "id", iceberg::Type::Plain(iceberg::TypeId::kLong)}}, {})
      .value();
}

void PrintTo(const CatalogKind& kind, std::ostream* out) { *out << kind.name; }

std::string CatalogKindName(const ::testing::TestParamInfo<CatalogKind>& instance) {
  return instance.param.name;
}

void CatalogTest::SetUp() {
  made_ = GetParam().make();
  if (!made_.missing.empty()) {
    GTEST_SKIP() << made_.missing;
  }
  catalog_ = made_.catalog.get();
  ASSERT_NE(catalog_, nullptr);
}

table::Table CatalogTest::MakeTable(const TableIdentifier& identifier) {
  auto table = catalog_->CreateTable(identifier, {.schema = OneColumnSchema()});
  EXPECT_THAT(table, IsOk());
  return table.has_value() ? *std::move(table) : table::Table();
}

std::string CatalogTest::WriteViewFile(const NamespacePath& name_space) {
  TableIdentifier beside{name_space, "beside"};
  table::Table table = MakeTable(beside);
  EXPECT_THAT(catalog_->DropTable(beside, DropMode::kKeepFiles), IsOk());
  iceberg::ViewMetadata view = ViewAt(table.metadata->location + "-view");
  std::string file = view.location + "/metadata/00000-a.metadata.json";
  EXPECT_THAT(
      table.files->Write(file, iceberg::PrintViewMetadata(view), storage::WriteMode::kCreateNew),
      IsOk());
  return file;
}

TEST_P(CatalogTest, NamespacesOfOneLevelAreListed) {
  EXPECT_THAT(catalog_->ListNamespaces({}), IsOkAnd(IsEmpty()));
  for (const char* name : {"b", "a_b", "a"}) {
    ASSERT_THAT(catalog_->CreateNamespace({{name}}, {}), IsOk());
  }
  EXPECT_THAT(
      catalog_->ListNamespaces({}),
      IsOkAnd(ElementsAre(NamespacePath{{"a"}}, NamespacePath{{"a_b"}}, NamespacePath{{"b"}})));
  EXPECT_THAT(catalog_->ListNamespaces({{"a"}}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog_->ListNamespaces({{"none"}}), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog_->NamespaceExists({{"a"}}), IsOkAnd(true));
  EXPECT_THAT(catalog_->NamespaceExists({{"a", "b"}}), IsOkAnd(false));
}

TEST_P(CatalogTest, NamespacesAreListedByLevel) {
  if (GetParam().levels == NamespaceLevels::kOne) {
    GTEST_SKIP() << "has one level";
  }
  EXPECT_THAT(catalog_->ListNamespaces({}), IsOkAnd(IsEmpty()));
  // `_` and `%` are ordinary letters; `a_b` is no prefix of `a_bc`.
  for (const NamespacePath& path :
       {NamespacePath{{"a_b"}}, NamespacePath{{"a_b", "x"}}, NamespacePath{{"a_b", "x", "y"}},
        NamespacePath{{"a_bc"}}, NamespacePath{{"aXb"}}, NamespacePath{{"aXb", "z"}}}) {
    ASSERT_THAT(catalog_->CreateNamespace(path, {}), IsOk()) << path.ToString();
  }
  EXPECT_THAT(catalog_->ListNamespaces({}),
              IsOkAnd(ElementsAre(NamespacePath{{"aXb"}}, NamespacePath{{"a_b"}},
                                  NamespacePath{{"a_bc"}})));
  EXPECT_THAT(catalog_->ListNamespaces({{"a_b"}}),
              IsOkAnd(ElementsAre(NamespacePath{{"a_b", "x"}})));
  EXPECT_THAT(catalog_->ListNamespaces({{"a_bc"}}), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog_->ListNamespaces({{"none"}}), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog_->NamespaceExists({{"a_b", "x", "y"}}), IsOkAnd(true));
  EXPECT_THAT(catalog_->NamespaceExists({{"a_b", "y"}}), IsOkAnd(false));
}

TEST_P(CatalogTest, ANamespacesPropertiesChange) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {{"a", "1"}, {"b", "2"}}), IsOk());
  EXPECT_THAT(catalog_->CreateNamespace(kDb, {}), IsError(ErrorCode::kAlreadyExists));
  ASSERT_THAT(catalog_->UpdateNamespace(
                  kDb, {.updates = {{"b", "3"}, {"c", "it's"}}, .removals = {"a", "none"}}),
              IsOk());
  ASSERT_OK_AND_ASSIGN(PropertyMap properties, catalog_->LoadNamespace(kDb));
  EXPECT_EQ(properties["b"], "3");
  EXPECT_EQ(properties["c"], "it's");
  EXPECT_FALSE(properties.contains("a"));
  EXPECT_THAT(catalog_->UpdateNamespace(kDb, {.updates = {{"x", "1"}}, .removals = {"x"}}),
              IsError(ErrorCode::kUnprocessable));
  ASSERT_THAT(catalog_->UpdateNamespace(kDb, {.updates = {}, .removals = {"b", "c"}}), IsOk());
  EXPECT_THAT(catalog_->NamespaceExists(kDb), IsOkAnd(true));
  NamespacePath none{{"none"}};
  EXPECT_THAT(catalog_->LoadNamespace(none), IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog_->UpdateNamespace(none, {.updates = {{"x", "1"}}, .removals = {}}),
              IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(CatalogTest, ANamespaceIsDroppedWhenNothingIsInIt) {
  EXPECT_THAT(catalog_->DropNamespace(kDb), IsError(ErrorCode::kNoSuchNamespace));
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  if (GetParam().levels == NamespaceLevels::kAny) {
    ASSERT_THAT(catalog_->CreateNamespace({{"db", "inner"}}, {}), IsOk());
    EXPECT_THAT(catalog_->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
    ASSERT_THAT(catalog_->DropNamespace({{"db", "inner"}}), IsOk());
  }
  MakeTable(kT);
  EXPECT_THAT(catalog_->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
  ASSERT_THAT(catalog_->DropTable(kT, DropMode::kKeepFiles), IsOk());
  ASSERT_THAT(catalog_->DropNamespace(kDb), IsOk());
  EXPECT_THAT(catalog_->NamespaceExists(kDb), IsOkAnd(false));
}

TEST_P(CatalogTest, ATableIsCreatedLoadedAndListed) {
  EXPECT_THAT(catalog_->CreateTable(kT, {.schema = OneColumnSchema()}),
              IsError(ErrorCode::kNoSuchNamespace));
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  ASSERT_OK_AND_ASSIGN(
      auto created,
      catalog_->CreateTable(
          kT, {.schema = OneColumnSchema(), .properties = {{"format-version", "3"}, {"k", "v"}}}));
  EXPECT_EQ(created.metadata->format_version, 3);
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog_->Load(kT));
  EXPECT_EQ(loaded.metadata_location, created.metadata_location);
  EXPECT_EQ(loaded.metadata->uuid, created.metadata->uuid);
  EXPECT_EQ(loaded.metadata->FindProperty("k"), "v");
  EXPECT_THAT(loaded.files->Stat(loaded.metadata_location), IsOk());
  EXPECT_THAT(catalog_->CreateTable(kT, {.schema = OneColumnSchema()}),
              IsError(ErrorCode::kAlreadyExists));
  MakeTable({kDb, "a b%c'd\"e"});
  EXPECT_THAT(catalog_->ListTables(kDb),
              IsOkAnd(ElementsAre(TableIdentifier{kDb, "a b%c'd\"e"}, kT)));
  EXPECT_THAT(catalog_->Load({kDb, "a b%c'd\"e"}), IsOk());
  EXPECT_THAT(catalog_->TableExists(kT), IsOkAnd(true));
  EXPECT_THAT(catalog_->TableExists({kDb, "none"}), IsOkAnd(false));
  EXPECT_THAT(catalog_->Load({kDb, "none"}), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->ListTables({{"none"}}), IsError(ErrorCode::kNoSuchNamespace));
}

TEST_P(CatalogTest, ATableIsRenamed) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  ASSERT_THAT(catalog_->CreateNamespace({{"other"}}, {}), IsOk());
  table::Table table = MakeTable(kT);
  MakeTable({kDb, "taken"});
  EXPECT_THAT(catalog_->RenameTable({kDb, "none"}, {kDb, "x"}), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->RenameTable(kT, {kDb, "taken"}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RenameTable(kT, {{{"none"}}, "x"}), IsError(ErrorCode::kNoSuchNamespace));
  TableIdentifier moved{{{"other"}}, "u"};
  ASSERT_THAT(catalog_->RenameTable(kT, moved), IsOk());
  EXPECT_THAT(catalog_->TableExists(kT), IsOkAnd(false));
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog_->Load(moved));
  EXPECT_EQ(loaded.metadata->uuid, table.metadata->uuid);
  table::Table again = MakeTable(kT);
  EXPECT_NE(again.metadata->location, table.metadata->location);
}

TEST_P(CatalogTest, ADroppedTablesFilesCanBeRegistered) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table table = MakeTable(kT);
  EXPECT_THAT(catalog_->RegisterTable(kT, table.metadata_location),
              IsError(ErrorCode::kAlreadyExists));
  ASSERT_THAT(catalog_->DropTable(kT, DropMode::kKeepFiles), IsOk());
  EXPECT_THAT(catalog_->DropTable(kT, DropMode::kKeepFiles), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->Load(kT), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->RegisterTable(kT, table.metadata->location + "/metadata/none.json"),
              IsError(ErrorCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(auto registered, catalog_->RegisterTable(kT, table.metadata_location));
  EXPECT_EQ(registered.metadata->uuid, table.metadata->uuid);
  EXPECT_THAT(catalog_->Load(kT), IsOk());
}

TEST_P(CatalogTest, ACommitIsWhatIsLoadedNext) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table first = MakeTable(kT);
  table::TableChange change = SetProperty("a", "1");
  change.requirements = {SameUuid(first)};
  ASSERT_OK_AND_ASSIGN(auto second, catalog_->Commit(first, change));
  EXPECT_NE(second.metadata_location, first.metadata_location);
  EXPECT_EQ(second.metadata->FindProperty("a"), "1");
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog_->Load(kT));
  EXPECT_EQ(loaded.metadata_location, second.metadata_location);
  EXPECT_EQ(loaded.metadata->metadata_log.back().metadata_file, first.metadata_location);
  // A stale base does no harm where the requirements hold.
  ASSERT_OK_AND_ASSIGN(auto third, catalog_->Commit(first, SetProperty("b", "2")));
  EXPECT_EQ(third.metadata->FindProperty("a"), "1");
  EXPECT_EQ(third.metadata->FindProperty("b"), "2");
}

TEST_P(CatalogTest, AFailedRequirementChangesNothing) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table table = MakeTable(kT);
  table::TableChange change = SetProperty("a", "1");
  change.requirements = {iceberg::AssertRefSnapshotId{"main", iceberg::SnapshotId(7)}};
  EXPECT_THAT(catalog_->Commit(table, change), IsError(ErrorCode::kCommitConflict));
  change = {.updates = {iceberg::SetCurrentSchema{iceberg::SchemaId(9)}}, .requirements = {}};
  EXPECT_THAT(catalog_->Commit(table, change), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog_->Load(kT));
  EXPECT_EQ(loaded.metadata_location, table.metadata_location);
  ASSERT_THAT(catalog_->DropTable(kT, DropMode::kKeepFiles), IsOk());
  EXPECT_THAT(catalog_->Commit(table, SetProperty("a", "1")), IsError(ErrorCode::kNoSuchTable));
}

TEST_P(CatalogTest, ARefMadeMeanwhileKeepsItsSnapshot) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table table = MakeTable(kT);
  for (int64_t id : {1, 2}) {
    iceberg::Snapshot next;
    next.id = iceberg::SnapshotId(id);
    next.parent_id = id == 1 ? std::nullopt : std::optional(iceberg::SnapshotId(1));
    next.sequence_number = iceberg::SequenceNumber(id);
    next.timestamp = table.metadata->last_updated;
    next.schema_id = iceberg::SchemaId(0);
    next.manifest_list = table.metadata->location + "/metadata/" + std::to_string(id);
    next.operation = "append";
    iceberg::SetSnapshotRef main{"main", {.snapshot_id = next.id}};
    iceberg::AddSnapshot add{std::make_shared<const iceberg::Snapshot>(std::move(next))};
    ASSERT_OK_AND_ASSIGN(
        table, catalog_->Commit(table, {.updates = {std::move(add), main}, .requirements = {}}));
  }
  const table::TableChange expiry{.updates = {iceberg::RemoveSnapshots{{iceberg::SnapshotId(1)}}},
                                  .requirements = {SameUuid(table)}};
  iceberg::SetSnapshotRef tag{
      "t", {.snapshot_id = iceberg::SnapshotId(1), .type = iceberg::SnapshotRefType::kTag}};
  ASSERT_THAT(catalog_->Commit(table, {.updates = {tag}, .requirements = {}}), IsOk());
  // The base is the one without the tag.
  EXPECT_THAT(catalog_->Commit(table, expiry), IsError(ErrorCode::kCommitConflict));
  ASSERT_OK_AND_ASSIGN(table, catalog_->Load(kT));
  EXPECT_NE(table.metadata->FindRef("t"), nullptr);
  EXPECT_NE(table.metadata->FindSnapshot(iceberg::SnapshotId(1)), nullptr);
}

TEST_P(CatalogTest, ConcurrentCommitsAreNeitherLostNorDoubled) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table table = MakeTable(kT);
  constexpr int kWriters = 4;
  constexpr int kCommits = 6;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kCommits; ++i) {
        std::string key = "w" + std::to_string(writer) + "-" + std::to_string(i);
        EXPECT_THAT(CommitInTheEnd(*catalog_, table, key), IsOk());
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  ASSERT_OK_AND_ASSIGN(auto loaded, catalog_->Load(kT));
  EXPECT_EQ(std::ranges::count_if(*loaded.metadata->properties,
                                  [](const auto& entry) { return entry.second == "set"; }),
            kWriters * kCommits);
  EXPECT_EQ(loaded.metadata->metadata_log.size(), static_cast<size_t>(kWriters * kCommits));
}

TEST_P(CatalogTest, AViewIsRegisteredLoadedAndListed) {
  EXPECT_THAT(catalog_->ListViews(kDb), IsError(ErrorCode::kNoSuchNamespace));
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  EXPECT_THAT(catalog_->ListViews(kDb), IsOkAnd(IsEmpty()));
  std::string file = WriteViewFile(kDb);
  EXPECT_THAT(catalog_->RegisterView({{{"none"}}, "v"}, file),
              IsError(ErrorCode::kNoSuchNamespace));
  EXPECT_THAT(catalog_->RegisterView(kV, file + ".none"), IsError(ErrorCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(View registered, catalog_->RegisterView(kV, file));
  EXPECT_EQ(registered.metadata_location, file);
  ASSERT_OK_AND_ASSIGN(View loaded, catalog_->LoadView(kV));
  EXPECT_EQ(loaded.identifier, kV);
  EXPECT_EQ(loaded.metadata_location, file);
  EXPECT_EQ(loaded.metadata->uuid, registered.metadata->uuid);
  EXPECT_EQ(loaded.metadata->current_version().representations.at(0).sql, kSql);
  EXPECT_THAT(catalog_->RegisterView(kV, WriteViewFile(kDb)), IsError(ErrorCode::kAlreadyExists));
  ASSERT_THAT(catalog_->RegisterView({kDb, "a b%c'd\"e"}, WriteViewFile(kDb)), IsOk());
  EXPECT_THAT(catalog_->ListViews(kDb),
              IsOkAnd(ElementsAre(TableIdentifier{kDb, "a b%c'd\"e"}, kV)));
  EXPECT_THAT(catalog_->LoadView({kDb, "a b%c'd\"e"}), IsOk());
  EXPECT_THAT(catalog_->ViewExists(kV), IsOkAnd(true));
  EXPECT_THAT(catalog_->ViewExists({kDb, "none"}), IsOkAnd(false));
  EXPECT_THAT(catalog_->LoadView({kDb, "none"}), IsError(ErrorCode::kNoSuchView));
}

TEST_P(CatalogTest, AFileThatIsNoViewsIsRefused) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  table::Table table = MakeTable(kT);
  EXPECT_THAT(catalog_->RegisterView(kV, table.metadata_location),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(catalog_->ViewExists(kV), IsOkAnd(false));
}

TEST_P(CatalogTest, AViewIsRenamed) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  ASSERT_THAT(catalog_->CreateNamespace({{"other"}}, {}), IsOk());
  ASSERT_OK_AND_ASSIGN(View view, catalog_->RegisterView(kV, WriteViewFile(kDb)));
  ASSERT_THAT(catalog_->RegisterView({kDb, "taken"}, WriteViewFile(kDb)), IsOk());
  MakeTable(kT);
  EXPECT_THAT(catalog_->RenameView({kDb, "none"}, {kDb, "x"}), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog_->RenameView(kV, {kDb, "taken"}), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RenameView(kV, kT), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RenameView(kV, {{{"none"}}, "x"}), IsError(ErrorCode::kNoSuchNamespace));
  TableIdentifier moved{{{"other"}}, "w"};
  ASSERT_THAT(catalog_->RenameView(kV, moved), IsOk());
  EXPECT_THAT(catalog_->ViewExists(kV), IsOkAnd(false));
  ASSERT_OK_AND_ASSIGN(View loaded, catalog_->LoadView(moved));
  EXPECT_EQ(loaded.metadata_location, view.metadata_location);
}

TEST_P(CatalogTest, ADroppedViewsFileCanBeRegistered) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  std::string file = WriteViewFile(kDb);
  ASSERT_THAT(catalog_->RegisterView(kV, file), IsOk());
  EXPECT_THAT(catalog_->DropNamespace(kDb), IsError(ErrorCode::kNamespaceNotEmpty));
  ASSERT_THAT(catalog_->DropView(kV), IsOk());
  EXPECT_THAT(catalog_->DropView(kV), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog_->LoadView(kV), IsError(ErrorCode::kNoSuchView));
  ASSERT_THAT(catalog_->RegisterView(kV, file), IsOk());
  ASSERT_THAT(catalog_->DropView(kV), IsOk());
  EXPECT_THAT(catalog_->DropNamespace(kDb), IsOk());
}

TEST_P(CatalogTest, TablesAndViewsShareTheirNamesAndNothingElse) {
  ASSERT_THAT(catalog_->CreateNamespace(kDb, {}), IsOk());
  std::string file = WriteViewFile(kDb);
  ASSERT_THAT(catalog_->RegisterView(kV, file), IsOk());
  table::Table table = MakeTable(kT);
  EXPECT_THAT(catalog_->ListTables(kDb), IsOkAnd(ElementsAre(kT)));
  EXPECT_THAT(catalog_->ListViews(kDb), IsOkAnd(ElementsAre(kV)));
  EXPECT_THAT(catalog_->Load(kV), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->LoadView(kT), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog_->TableExists(kV), IsOkAnd(false));
  EXPECT_THAT(catalog_->ViewExists(kT), IsOkAnd(false));
  EXPECT_THAT(catalog_->CreateTable(kV, {.schema = OneColumnSchema()}),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RegisterTable(kV, table.metadata_location),
              IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RegisterView(kT, file), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RenameTable(kT, kV), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(catalog_->RenameTable(kV, {kDb, "x"}), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->RenameView(kT, {kDb, "x"}), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog_->DropTable(kV, DropMode::kKeepFiles), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(catalog_->DropView(kT), IsError(ErrorCode::kNoSuchView));
  EXPECT_THAT(catalog_->TableExists(kT), IsOkAnd(true));
  EXPECT_THAT(catalog_->ViewExists(kV), IsOkAnd(true));
}

}  // namespace firn::catalog
