// The decoder on files made by hand: projections, shapes that few writers use, damage, limits.
#include "iceberg/manifest/manifest_decoder.h"

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/testing/avro_writer.h"

namespace firn::iceberg {
namespace {

using avro::testing::File;
using avro::testing::Long;
using avro::testing::Text;
using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::HasSubstr;

const ManifestFile kListed{
    .path = "m.avro", .sequence_number = SequenceNumber(9), .added_snapshot_id = SnapshotId(77)};

std::string Pairs(int id, std::string_view value_type) {
  return R"({"type":"array","logicalType":"map","items":{"type":"record","name":"p)" +
         std::to_string(id) + R"(","fields":[{"name":"key","type":"int"},{"name":"value","type":)" +
         std::string(value_type) + "}]}}";
}

/// Entries of a status, a path and the given fields of the data file.
std::string Schema(std::string_view file_fields) {
  return R"({"type":"record","name":"e","fields":[{"name":"status","type":"int","field-id":0},
    {"name":"data_file","field-id":2,"type":{"type":"record","name":"f","fields":[
      {"name":"file_path","type":"string","field-id":100},)" +
         std::string(file_fields) + "]}}]}";
}

std::string Head(std::string_view path) { return Long(1) + Text(path); }

/// A list or map in one run.
std::string Items(int64_t count, const std::string& items) {
  return Long(count) + items + (count == 0 ? "" : Long(0));
}

std::string MetricsSchema() {
  return Schema(R"({"name":"a","field-id":109,"type":["null",)" + Pairs(1, R"("long")") +
                R"(]},{"name":"b","field-id":125,"type":[)" + Pairs(2, R"("bytes")") +
                R"(,"null"]},{"name":"c","field-id":999,"type":)" + Pairs(3, R"("long")") + "}");
}

std::string MetricsFile() {
  std::string counts = Items(
      3, Long(1) + Long(10) + Long(5000) + Long(1'000'000) + Long(-3) + Long(int64_t{1} << 60));
  std::string bounds = Items(2, Long(5000) + Text("abc") + Long(1) + Text("12345678"));
  std::string full =
      Head("full") + Long(1) + counts + Long(0) + bounds + Items(1, Long(1) + Long(2));
  std::string empty = Head("empty") + Long(0) + Long(1) + Items(0, "");
  return File(MetricsSchema(), "null", {{2, full + empty}});
}

TEST(ManifestDecoderTest, OnlyProjectedMetricsAreDecoded) {
  std::string bytes = MetricsFile();
  auto none = DecodeManifest(bytes, kListed, {});
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ((*none)->size(), 2);
  EXPECT_EQ((*none)->paths[1], "empty");
  EXPECT_TRUE((*none)->metrics.empty());

  auto some = DecodeManifest(bytes, kListed,
                             {.projection = MetricsProjection::Of({FieldId(5000), FieldId(7)})});
  ASSERT_THAT(some, IsOk());
  ASSERT_EQ((*some)->metrics.size(), 1);
  const FieldMetrics& metrics = (*some)->metrics[0];
  EXPECT_EQ(metrics.value_counts[0], 1'000'000);
  EXPECT_EQ(metrics.value_counts[1], kAbsent);
  EXPECT_EQ(metrics.lower_bounds.Value(0), "abc");
  EXPECT_EQ(metrics.lower_bounds.Value(1), std::nullopt);
  EXPECT_TRUE(metrics.upper_bounds.empty());

  auto all = DecodeManifest(bytes, kListed, {.projection = MetricsProjection::All()});
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ((*all)->metrics.size(), 3);
  EXPECT_EQ((*all)->metrics[0].id, FieldId(-3));
  EXPECT_EQ((*all)->metrics[0].value_counts[0], int64_t{1} << 60);
  EXPECT_EQ((*all)->FindMetrics(FieldId(1))->lower_bounds.Value(0), "12345678");
}

TEST(ManifestDecoderTest, RunsOfMapsMayBeSplitAndCountedDown) {
  std::string fields = R"({"name":"a","field-id":109,"type":)" + Pairs(1, R"("long")") + "}";
  std::string first = Long(1) + Long(10);
  std::string second = Long(2) + Long(20) + Long(3) + Long(30);
  std::string runs =
      Long(1) + first + Long(-2) + Long(static_cast<int64_t>(second.size())) + second + Long(0);
  std::string bytes = File(Schema(fields), "null", {{2, Head("x") + runs + Head("y") + runs}});
  for (const auto& projection : {MetricsProjection::None(), MetricsProjection::All()}) {
    auto columns = DecodeManifest(bytes, kListed, {.projection = projection});
    ASSERT_THAT(columns, IsOk());
    EXPECT_EQ((*columns)->paths[1], "y");
    if (projection.is_all()) {
      EXPECT_EQ((*columns)->FindMetrics(FieldId(3))->value_counts[1], 30);
    }
  }
}

TEST(ManifestDecoderTest, ShapesThatFewWritersUseAreRead) {
  // Values before keys, optional values, a union of one, of three, an enum, a string for bytes.
  std::string fields = R"(
      {"name":"lb","field-id":125,"type":{"type":"array","items":{"type":"record","name":"r1",
        "fields":[{"name":"value","type":["null","string"]},{"name":"key","type":"int"}]}}},
      {"name":"vc","field-id":109,"type":{"type":"array","items":{"type":"record","name":"r2",
        "fields":[{"name":"key","type":"int"},{"name":"value","type":["null","long"]}]}}},
      {"name":"nulls","field-id":110,"type":{"type":"map","values":"long"}},
      {"name":"rows","field-id":103,"type":["long"]},
      {"name":"size","field-id":104,"type":["null","int","long"]},
      {"name":"format","field-id":101,"type":{"type":"enum","name":"F","symbols":["ORC","avro"]}},
      {"name":"splits","field-id":132,"type":{"type":"array","items":["null","long"]}},
      {"name":"partition","field-id":102,"type":["null","int",{"type":"record","name":"r102",
        "fields":[{"name":"p","type":"int","field-id":1000}]}]},
      {"name":"key","field-id":131,"type":["string","null"]})";
  std::string entry = Head("x") + Items(2, Long(1) + Text("low") + Long(4) + Long(0) + Long(5)) +
                      Items(2, Long(4) + Long(1) + Long(44) + Long(5) + Long(0)) +
                      Items(1, Text("4") + Long(1)) + Long(0) + Long(123) + Long(2) + Long(456) +
                      Long(0) + Items(2, Long(0) + Long(1) + Long(4)) + Long(2) + Long(-8) +
                      Long(0) + Text("k");
  auto columns = DecodeManifest(File(Schema(fields), "null", {{2, entry + entry}}), kListed,
                                {.projection = MetricsProjection::All()});
  ASSERT_THAT(columns, IsOk());
  for (size_t row = 0; row < 2; ++row) {
    ManifestEntry read = (*columns)->EntryAt(row);
    EXPECT_EQ(read.file.lower_bounds, (BoundsByField{{FieldId(4), "low"}}));
    EXPECT_EQ(read.file.value_counts, (CountsByField{{FieldId(4), 44}}));
    EXPECT_EQ(read.file.record_count, 123);
    EXPECT_EQ(read.file.file_size_bytes, 456);
    EXPECT_EQ(read.file.format, FileFormat::kOrc);
    EXPECT_EQ(read.file.split_offsets, (std::vector<int64_t>{4}));
    ASSERT_EQ(read.file.partition.fields.size(), 1);
    EXPECT_EQ(read.file.partition.fields[0].second, Literal(int32_t{-8}));
    EXPECT_EQ(read.file.key_metadata, "k");
  }
}

TEST(ManifestDecoderTest, UnknownFieldsOfAnyTypeArePassedOver) {
  std::string fields = R"(
      {"name":"u1","type":{"type":"record","name":"q","fields":[
        {"name":"b","type":"boolean"},{"name":"d","type":["null","double"]},
        {"name":"f","type":"float"},{"name":"x","type":{"type":"fixed","name":"x3","size":3}}]}},
      {"name":"u2","type":{"type":"map","values":{"type":"array","items":"string"}}},
      {"name":"u3","type":["null","q"]},
      {"name":"u4","type":{"type":"array","items":"int"}},
      {"name":"u5","type":{"type":"enum","name":"E","symbols":["A"]}},
      {"name":"u6","type":"null"},
      {"name":"n","type":"long","field-id":103})";
  std::string record = "\x01" + Long(1) + std::string(8, 'd') + "ffff" + "xxx";
  std::string entry = Head("p") + record + Items(1, Text("k") + Items(1, Text("v"))) + Long(1) +
                      record + Items(3, Long(1) + Long(1000) + Long(int64_t{1} << 50)) + Long(0) +
                      Long(42);
  auto columns = DecodeManifest(File(Schema(fields), "null", {{2, entry + entry}}), kListed, {});
  ASSERT_THAT(columns, IsOk());
  EXPECT_EQ((*columns)->record_counts, (std::vector<int64_t>{42, 42}));
}

TEST(ManifestDecoderTest, PartitionTuplesAreDistinct) {
  std::string fields = R"({"name":"partition","field-id":102,"type":{"type":"record","name":"r102",
      "fields":[{"name":"a","type":["null","int"],"field-id":1000},
                {"name":"b","type":["null","string"],"field-id":1001}]}})";
  auto entry = [](int64_t a, std::string_view b) {
    return Head("p") + Long(1) + Long(a) + Long(1) + Text(b);
  };
  std::string nulls = Head("p") + Long(0) + Long(0);
  std::string bytes =
      File(Schema(fields), "null",
           {{3, entry(1, "x") + entry(1, "x") + entry(2, "x")}, {2, entry(1, "x") + nulls}});
  auto columns = DecodeManifest(bytes, kListed, {});
  ASSERT_THAT(columns, IsOk());
  EXPECT_EQ((*columns)->partition_ids, (std::vector<uint32_t>{0, 0, 1, 0, 2}));
  ASSERT_EQ((*columns)->partitions.size(), 3);
  EXPECT_EQ((*columns)->partitions[1].fields[0].second, Literal(int32_t{2}));
  EXPECT_TRUE((*columns)->partitions[2].fields.empty());
  // Without a partition at all.
  auto bare = DecodeManifest(
      File(Schema(R"({"name":"n","type":"int"})"), "null", {{1, Head("p") + Long(1)}}), kListed,
      {});
  ASSERT_THAT(bare, IsOk());
  EXPECT_TRUE((*bare)->partitions.at((*bare)->partition_ids[0]).fields.empty());
}

TEST(ManifestDecoderTest, DamageIsNamedByFileAndPlace) {
  std::string bytes = MetricsFile();
  ManifestFile listed = kListed;
  listed.length_bytes = static_cast<int64_t>(bytes.size()) + 1;
  EXPECT_THAT(DecodeManifest(bytes, listed, {}), IsError(ErrorCode::kInvalidMetadata));
  for (const std::string& entry : {Head(""), Long(3) + Text("x"), Long(1) + Long(99)}) {
    std::string file = File(Schema(R"({"name":"n","type":"int"})"), "null",
                            {{2, Head("x") + Long(1) + entry + Long(1)}});
    auto columns = DecodeManifest(file, kListed, {});
    ASSERT_THAT(columns, IsError(ErrorCode::kInvalidMetadata));
    EXPECT_THAT(columns.error().message(), HasSubstr("m.avro at byte"));
    EXPECT_THAT(columns.error().message(), HasSubstr("byte 4 of the block"));
  }
}

TEST(ManifestDecoderTest, NumbersThatAreTooWideAreRefused) {
  std::string bytes = File(Schema(R"({"name":"o","type":"long","field-id":140})"), "null",
                           {{1, Head("x") + Long(int64_t{1} << 40)}});
  EXPECT_THAT(DecodeManifest(bytes, kListed, {}), IsError(ErrorCode::kInvalidMetadata));
}

TEST(ManifestDecoderTest, LimitsAreKept) {
  std::string bytes = MetricsFile();
  EXPECT_THAT(DecodeManifest(bytes, kListed, {.max_entries = 1}),
              IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(DecodeManifest(bytes, kListed, {.max_memory_bytes = 100}),
              IsError(ErrorCode::kPayloadTooLarge));
  // Many columns that only the last of many entries has: each would need a value for every row.
  std::string fields = R"({"name":"a","field-id":109,"type":)" + Pairs(1, R"("long")") + "}";
  constexpr int64_t kRows = 20'000;
  constexpr int64_t kFields = 20'000;
  std::string block;
  for (int64_t i = 0; i < kRows; ++i) {
    block += Head("x") + Long(0);
  }
  std::string pairs;
  for (int64_t i = 0; i < kFields; ++i) {
    pairs += Long(i) + Long(1);
  }
  std::string hostile =
      File(Schema(fields), "null", {{kRows, block}, {1, Head("x") + Items(kFields, pairs)}});
  EXPECT_THAT(DecodeManifest(hostile, kListed, {.projection = MetricsProjection::All()}),
              IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_THAT(DecodeManifest(hostile, kListed, {.projection = MetricsProjection::Of({FieldId(3)})}),
              IsOk());
}

TEST(ManifestDecoderTest, MemoryIsAccounted) {
  std::string bytes = MetricsFile();
  auto none = DecodeManifest(bytes, kListed, {});
  auto all = DecodeManifest(bytes, kListed, {.projection = MetricsProjection::All()});
  EXPECT_GT((*none)->MemoryBytes(), sizeof(ManifestColumns) + 100);
  EXPECT_GT((*all)->MemoryBytes(), (*none)->MemoryBytes() + 3 * sizeof(FieldMetrics));
}

}  // namespace
}  // namespace firn::iceberg
