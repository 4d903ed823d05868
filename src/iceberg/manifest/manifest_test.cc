// What writers differ in, on files made by hand.
#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/testing/avro_writer.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_metadata.h"
#include "iceberg/manifest/manifest_reader.h"

namespace firn::iceberg {
namespace {

using avro::testing::File;
using avro::testing::Long;
using avro::testing::Text;
using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::HasSubstr;

/// A manifest schema with the given partition fields (JSON) and an entry's optional numbers.
std::string Schema(std::string_view partition) {
  return R"({"type":"record","name":"manifest_entry","fields":[
    {"name":"status","type":"int","field-id":0},
    {"name":"snapshot_id","type":["null","long"],"field-id":1},
    {"name":"sequence_number","type":["null","long"],"field-id":3},
    {"name":"file_sequence_number","type":["null","long"],"field-id":4},
    {"name":"data_file","field-id":2,"type":{"type":"record","name":"r2","fields":[
      {"name":"file_path","type":"string","field-id":100},
      {"name":"record_count","type":"long","field-id":103},
      {"name":"partition","field-id":102,"type":{"type":"record","name":"r102","fields":[)" +
         std::string(partition) + R"(]}},
      {"name":"first_row_id","type":["null","long"],"field-id":142}]}}]})";
}

std::string Optional(std::optional<int64_t> value) {
  return value.has_value() ? Long(1) + Long(*value) : Long(0);
}

struct EntryText {
  int64_t status = 1;
  std::optional<int64_t> snapshot;
  std::optional<int64_t> sequence;
  std::optional<int64_t> file_sequence;
  std::string path = "f";
  int64_t records = 10;
  std::string partition;
  std::optional<int64_t> first_row_id;

  std::string Encode() const {
    return Long(status) + Optional(snapshot) + Optional(sequence) + Optional(file_sequence) +
           Text(path) + Long(records) + partition + Optional(first_row_id);
  }
};

std::string Manifest(const std::vector<EntryText>& entries,
                     std::string_view partition = "",
                     std::string content = "data") {
  std::string block;
  for (const EntryText& entry : entries) {
    block += entry.Encode();
  }
  return File(Schema(partition), "null", {{static_cast<int64_t>(entries.size()), block}},
              {{"format-version", "3"},
               {"content", std::move(content)},
               {"schema-id", "4"},
               {"partition-spec-id", "x"},
               {"schema", "{}"}});
}

const ManifestFile kListed{
    .path = "m.avro", .sequence_number = SequenceNumber(9), .added_snapshot_id = SnapshotId(77)};

TEST(ManifestTest, NumbersAreInheritedByAddedEntriesOnly) {
  auto entries = ReadManifest(Manifest({{.status = 1},
                                        {.status = 1, .snapshot = 5, .sequence = 3},
                                        {.status = 0, .sequence = 2, .file_sequence = 4},
                                        {.status = 2}}),
                              kListed);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(entries->at(0).snapshot_id, SnapshotId(77));
  EXPECT_EQ(entries->at(0).sequence_number, SequenceNumber(9));
  EXPECT_EQ(entries->at(0).file_sequence_number, SequenceNumber(9));
  EXPECT_EQ(entries->at(1).snapshot_id, SnapshotId(5));
  EXPECT_EQ(entries->at(1).sequence_number, SequenceNumber(3));
  EXPECT_EQ(entries->at(1).file_sequence_number, SequenceNumber(9));
  EXPECT_EQ(entries->at(2).sequence_number, SequenceNumber(2));
  EXPECT_EQ(entries->at(2).file_sequence_number, SequenceNumber(4));
  EXPECT_EQ(entries->at(3).sequence_number, std::nullopt);
  EXPECT_FALSE(entries->at(3).is_live());

  ManifestFile v1{.path = "m.avro"};
  entries = ReadManifest(Manifest({{.status = 0, .snapshot = 5}}), v1);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(entries->at(0).sequence_number, SequenceNumber(0));
}

TEST(ManifestTest, RowIdsAreInheritedByLiveDataFiles) {
  ManifestFile listed = kListed;
  listed.first_row_id = 1000;
  std::string bytes = Manifest({{.status = 1, .records = 10},
                                {.status = 2, .records = 100},
                                {.status = 0, .records = 5, .first_row_id = 7},
                                {.status = 0, .records = 1}});
  auto entries = ReadManifest(bytes, listed);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(entries->at(0).file.first_row_id, 1000);
  EXPECT_EQ(entries->at(1).file.first_row_id, std::nullopt);
  EXPECT_EQ(entries->at(2).file.first_row_id, 7);
  EXPECT_EQ(entries->at(3).file.first_row_id, 1010);
  entries = ReadManifest(bytes, kListed);
  EXPECT_EQ(entries->at(2).file.first_row_id, std::nullopt) << "never assigned";
  entries = ReadManifest(Manifest({{.status = 1}}, "", "deletes"), listed);
  EXPECT_EQ(entries->at(0).file.first_row_id, std::nullopt);
}

TEST(ManifestTest, MetadataIsTolerant) {
  std::string bytes = Manifest({{.status = 1}});
  auto metadata = ReadManifestMetadata(bytes, "m.avro");
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->format_version, 3);
  EXPECT_EQ(metadata->schema_id, SchemaId(4));
  EXPECT_EQ(metadata->partition_spec_id, std::nullopt);
  EXPECT_EQ(metadata->schema, "{}");
  EXPECT_EQ(metadata->content, ManifestContent::kData);
}

TEST(ManifestTest, PartitionValuesOfEveryType) {
  std::string_view fields = R"(
    {"name":"b","type":["null","boolean"],"field-id":1000},
    {"name":"i","type":["int","null"],"field-id":1001},
    {"name":"l","type":{"type":"long","logicalType":"timestamp-micros"},"field-id":1002},
    {"name":"dec","type":{"type":"bytes","logicalType":"decimal","precision":38,"scale":3},
     "field-id":1003},
    {"name":"u","type":{"type":"fixed","name":"u","size":16,"logicalType":"uuid"},"field-id":1004},
    {"name":"ut","type":{"type":"string","logicalType":"uuid"},"field-id":1005},
    {"name":"bin","type":"bytes","field-id":1006},
    {"name":"none","type":["null","string"],"field-id":1007})";
  std::string uuid = "0123456789abcdef";
  std::string values = Long(1) + "\x01" + Long(0) + Long(-7) + Long(1'700'000'000'000'000) +
                       Text("\xff\x38") + uuid + Text("30313233-3435-3637-3839-616263646566") +
                       Text("raw") + Long(0);
  auto entries = ReadManifest(Manifest({{.partition = values}}, fields), kListed);
  ASSERT_THAT(entries, IsOk());
  const auto& partition = entries->at(0).file.partition.fields;
  ASSERT_EQ(partition.size(), 7);
  EXPECT_EQ(partition[0].second, Literal(true));
  EXPECT_EQ(partition[1].second, Literal(int32_t{-7}));
  EXPECT_EQ(partition[2].second, Literal(int64_t{1'700'000'000'000'000}));
  EXPECT_EQ(partition[3].second, Literal(Decimal{-200, 3}));
  EXPECT_EQ(partition[4].second, partition[5].second);
  EXPECT_EQ(partition[6].second, Literal(Bytes{"raw"}));
  EXPECT_EQ(partition[6].first, FieldId(1006));
}

TEST(ManifestTest, WrongEntriesAreRefusedByNameAndPlace) {
  for (const EntryText& wrong :
       {EntryText{.status = 3}, EntryText{.status = -1}, EntryText{.path = ""}}) {
    auto entries = ReadManifest(Manifest({{.status = 1}, wrong}), kListed);
    ASSERT_THAT(entries, IsError(ErrorCode::kInvalidMetadata));
    EXPECT_THAT(entries.error().message(), HasSubstr("m.avro"));
  }
  EXPECT_THAT(ReadManifest(Manifest({{}, {}}), kListed, 1), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(ReadManifest(File(R"("int")", "null", {}), kListed),
              IsError(ErrorCode::kInvalidMetadata));
}

TEST(ManifestTest, EqualityDeletesAndDeletionVectors) {
  std::string schema = R"({"type":"record","name":"e","fields":[
    {"name":"status","type":"int","field-id":0},
    {"name":"data_file","field-id":2,"type":{"type":"record","name":"f","fields":[
      {"name":"content","type":"int","field-id":134},
      {"name":"file_path","type":"string","field-id":100},
      {"name":"file_format","type":"string","field-id":101},
      {"name":"equality_ids","field-id":135,
       "type":["null",{"type":"array","items":"int","element-id":136}]},
      {"name":"referenced_data_file","type":["null","string"],"field-id":143},
      {"name":"content_offset","type":["null","long"],"field-id":144},
      {"name":"content_size_in_bytes","type":["null","long"],"field-id":145}]}}]})";
  std::string equality = Long(1) + Long(2) + Text("eq") + Text("ORC") + Long(1) + Long(2) +
                         Long(3) + Long(5) + Long(0) + Long(0) + Long(0) + Long(0);
  std::string vector = Long(1) + Long(1) + Text("dv") + Text("puffin") + Long(0) + Long(1) +
                       Text("data") + Long(1) + Long(4) + Long(1) + Long(40);
  auto entries = ReadManifest(File(schema, "null", {{2, equality + vector}}), kListed);
  ASSERT_THAT(entries, IsOk());
  EXPECT_EQ(entries->at(0).file.content, FileContent::kEqualityDeletes);
  EXPECT_EQ(entries->at(0).file.format, FileFormat::kOrc);
  EXPECT_EQ(entries->at(0).file.equality_ids, (std::vector<FieldId>{FieldId(3), FieldId(5)}));
  EXPECT_EQ(entries->at(1).file.format, FileFormat::kPuffin);
  EXPECT_EQ(entries->at(1).file.referenced_data_file, "data");
  EXPECT_EQ(entries->at(1).file.content_offset, 4);
  EXPECT_EQ(entries->at(1).file.content_size_bytes, 40);
}

TEST(ManifestListTest, IsReadByIdOrByName) {
  for (bool ids : {true, false}) {
    auto field = [&](std::string_view name, std::string_view type, int id) {
      return R"({"name":")" + std::string(ids ? "renamed" : name) + R"(","type":)" +
             std::string(type) + (ids ? ",\"field-id\":" + std::to_string(id) : "") + "}";
    };
    // Other order, an unknown field in between, an int for a long.
    std::string schema = R"({"type":"record","name":"manifest_file","fields":[)" +
                         field("added_snapshot_id", R"("long")", 503) + "," +
                         R"({"name":"unknown","type":{"type":"map","values":"string"}},)" +
                         field("manifest_length", R"("int")", 501) + "," +
                         field("manifest_path", R"("string")", 500) + "," +
                         field("content", R"(["null","int"])", 517) + "]}";
    std::string row = Long(5) + Long(1) + Text("k") + Text("v") + Long(0) + Long(123) + Text("m") +
                      Long(1) + Long(1);
    auto list = ReadManifestList(File(schema, "null", {{1, row}}), "l.avro");
    ASSERT_THAT(list, IsOk());
    EXPECT_EQ(list->at(0).path, "m");
    EXPECT_EQ(list->at(0).length_bytes, 123);
    EXPECT_EQ(list->at(0).added_snapshot_id, SnapshotId(5));
    EXPECT_EQ(list->at(0).content, ManifestContent::kDeletes);
    EXPECT_EQ(list->at(0).added_files_count, std::nullopt);
    EXPECT_EQ(list->at(0).partitions, std::nullopt);
  }
}

TEST(ManifestListTest, ARowWithoutPathIsRefused) {
  std::string schema =
      R"({"type":"record","name":"m","fields":[{"name":"x","type":"string","field-id":1}]})";
  auto list = ReadManifestList(File(schema, "null", {{1, Text("x")}}), "l.avro");
  ASSERT_THAT(list, IsError(ErrorCode::kInvalidMetadata));
  EXPECT_THAT(list.error().message(), HasSubstr("l.avro"));
}

}  // namespace
}  // namespace firn::iceberg
