#include "iceberg/metadata/table_metadata_json.h"

#include "base/json_reader.h"
#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::JsonFiles;
using testing::ReadFile;

const std::filesystem::path kGolden =
    std::filesystem::path(FIRN_SOURCE_DIR) / "tests/golden/table_metadata";

TableMetadataPtr Golden(std::string_view name) {
  auto metadata = ParseTableMetadata(ReadFile(kGolden / name));
  EXPECT_THAT(metadata, IsOk()) << name;
  return *metadata;
}

TEST(TableMetadataJson, GoldenFilesAreStable) {
  for (const auto& path : JsonFiles(kGolden)) {
    SCOPED_TRACE(path.filename());
    ASSERT_OK_AND_ASSIGN(auto metadata, ParseTableMetadata(ReadFile(path)));
    std::string printed = PrintTableMetadata(*metadata);
    ASSERT_OK_AND_ASSIGN(auto again, ParseTableMetadata(printed));
    EXPECT_EQ(PrintTableMetadata(*again), printed);
  }
}

TEST(TableMetadataJson, BrokenFilesAreRefused) {
  auto paths = JsonFiles(kGolden / "broken");
  ASSERT_GT(paths.size(), 40);
  for (const auto& path : paths) {
    EXPECT_THAT(ParseTableMetadata(ReadFile(path)), IsError(ErrorCode::kInvalidMetadata))
        << path.filename();
  }
}

TEST(TableMetadataJson, ReadsWhatPyIcebergWrites) {
  TableMetadataPtr table = Golden("pyiceberg_evolved_v2.json");
  EXPECT_EQ(table->format_version, 2);
  EXPECT_EQ(table->uuid.size(), 36);
  EXPECT_EQ(table->location, "s3://golden/golden/evolved_v2");
  EXPECT_EQ(table->last_sequence_number, SequenceNumber(4));
  EXPECT_EQ(table->schemas.size(), 2);
  EXPECT_EQ(table->current_schema().FindField("category")->id, FieldId(3));
  EXPECT_EQ(*table->current_schema().FindField("note")->doc, "added later");
  EXPECT_EQ(table->specs.size(), 2);
  EXPECT_EQ(table->default_spec().fields.front().name, "at_day");
  EXPECT_FALSE(table->default_sort_order().is_sorted());
  EXPECT_EQ(table->FindProperty("note"), "two\nlines");
  EXPECT_EQ(table->FindProperty("absent"), std::nullopt);
  EXPECT_EQ(table->snapshots.size(), 4);
  EXPECT_EQ(table->snapshot_log.size(), 4);
  EXPECT_EQ(table->metadata_log.size(), 3);
  EXPECT_EQ(table->current_snapshot()->summary.Find("total-records"), "15");
  EXPECT_EQ(table->FindRef("first")->type, SnapshotRefType::kTag);
  EXPECT_EQ(table->FindRef("first")->max_ref_age_ms, 86'400'000);
  EXPECT_EQ(table->FindRef("audit")->min_snapshots_to_keep, 2);
  EXPECT_EQ(table->FindRef("main")->snapshot_id, table->current_snapshot_id);

  TableMetadataPtr typed = Golden("pyiceberg_every_type_v1.json");
  EXPECT_EQ(typed->default_sort_order().fields.size(), 2);
  EXPECT_EQ(typed->default_spec().fields.size(), 3);
  EXPECT_EQ(typed->current_schema().identifier_field_ids().size(), 2);
  EXPECT_EQ(typed->current_schema().FindField("points.x")->type->id(), TypeId::kLong);
}

TEST(TableMetadataJson, OldestFormHasDefaults) {
  TableMetadataPtr table = Golden("spec_v1_oldest.json");
  EXPECT_EQ(table->schemas.size(), 1);
  EXPECT_EQ(table->current_schema_id, SchemaId(0));
  EXPECT_EQ(table->default_spec_id, SpecId(0));
  EXPECT_EQ(table->default_spec().fields.front().field_id, FieldId(1000));
  EXPECT_EQ(table->last_partition_id, FieldId(1000));
  EXPECT_EQ(table->default_sort_order_id, kUnsortedOrderId);
  EXPECT_EQ(table->current_snapshot(), nullptr);
  EXPECT_TRUE(table->refs.empty());
}

TEST(TableMetadataJson, EmbeddedManifestsAndMissingMain) {
  TableMetadataPtr table = Golden("spec_v1_embedded_manifests_no_uuid.json");
  EXPECT_EQ(table->uuid, "");
  ASSERT_NE(table->current_snapshot(), nullptr);
  EXPECT_EQ(table->current_snapshot()->manifests.size(), 2);
  EXPECT_EQ(table->FindRef("main")->snapshot_id, SnapshotId(7));
}

TEST(TableMetadataJson, VersionThree) {
  TableMetadataPtr table = Golden("spec_v3.json");
  EXPECT_EQ(table->next_row_id, 1000);
  EXPECT_EQ(table->encryption_keys.front().encrypted_by_id, "kek");
  EXPECT_EQ(table->current_snapshot()->first_row_id, 500);
  EXPECT_EQ(table->current_snapshot()->key_id, "k1");
  EXPECT_EQ(table->statistics.front().blobs.front().properties.at("ndv"), "7");
  EXPECT_EQ(table->partition_statistics.front().file_size_bytes, 43);
  EXPECT_EQ(*table->current_schema().FindField("d")->initial_default, Literal(Decimal{1420, 2}));
}

json::Document Parsed(const std::string& text) {
  auto document = json::Document::Parse(text, json::kFileLimits);
  EXPECT_THAT(document, IsOk());
  return *std::move(document);
}

TEST(TableMetadataJson, RefsSelectionCarriesOnlyReferencedSnapshots) {
  TableMetadataPtr table = Golden("pyiceberg_evolved_v2.json");
  std::string text;
  AppendTableMetadata(*table, SnapshotSelection::kRefs, text);
  ASSERT_OK_AND_ASSIGN(TableMetadataPtr some, ParseTableMetadata(text));
  EXPECT_EQ(some->snapshots.size(), 2);
  EXPECT_EQ(some->snapshot_log.size(), 4);
  EXPECT_NE(some->current_snapshot(), nullptr);
}

TEST(TableMetadataJson, AppendsAfterWhatIsThere) {
  std::string text = "[";
  AppendTableMetadata(*Golden("spec_v2.json"), SnapshotSelection::kAll, text);
  text += "]";
  Parsed(text);
}

TEST(TableMetadataJson, NoCurrentSnapshot) {
  EXPECT_NE(PrintTableMetadata(*testing::NewTestTable(2)).find(R"("current-snapshot-id":-1)"),
            std::string::npos);
  EXPECT_EQ(PrintTableMetadata(*testing::NewTestTable(3)).find(R"("current-snapshot-id")"),
            std::string::npos);
}

TEST(TableMetadataJson, VersionOneRepeatsSchemaAndSpecForOldReaders) {
  std::string text = PrintTableMetadata(*testing::NewTestTable(1));
  json::Document document = Parsed(text);
  ASSERT_OK_AND_ASSIGN(json::Object root, json::AsObject(document.root(), "metadata"));
  EXPECT_THAT(json::GetObject(root, "schema"), IsOk());
  EXPECT_THAT(json::GetArray(root, "partition-spec"), IsOk());
  EXPECT_FALSE(json::Has(root, "last-sequence-number"));
}

TEST(TableMetadataJson, TrailingSlashOfTheLocationIsDropped) {
  std::string text = ReadFile(kGolden / "spec_v2.json");
  constexpr std::string_view kLocation = "s3://bucket/test/location\"";
  text.replace(text.find(kLocation), kLocation.size(), "s3://bucket//\"");
  ASSERT_OK_AND_ASSIGN(TableMetadataPtr table, ParseTableMetadata(text));
  EXPECT_EQ(table->location, "s3://bucket");
}

TEST(TableMetadataJson, EveryTruncationIsRefused) {
  std::string text = ReadFile(kGolden / "spec_v3.json");
  for (size_t size = 0; size + 2 < text.size(); size += 7) {
    EXPECT_THAT(ParseTableMetadata(std::string_view(text).substr(0, size)),
                IsError(ErrorCode::kInvalidMetadata));
  }
}

}  // namespace
}  // namespace firn::iceberg
