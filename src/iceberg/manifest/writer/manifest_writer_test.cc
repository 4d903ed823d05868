#include "iceberg/manifest/writer/manifest_writer.h"

#include <cmath>
#include <limits>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/manifest_list.h"
#include "iceberg/manifest/manifest_reader.h"
#include "iceberg/manifest/writer/manifest_list_writer.h"
#include "iceberg/manifest/writer/rolling_manifest_writer.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using testing::SchemaOfFields;

const Schema& TableSchema() {
  static const Schema schema = SchemaOfFields(R"(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"kind","type":"string","required":false},
      {"id":3,"name":"price","type":"double","required":false})");
  return schema;
}

PartitionSpec Spec() {
  PartitionSpec spec;
  spec.id = SpecId(3);
  spec.fields = {
      {FieldId(2), FieldId(1000), "kind of it", Transform::Plain(TransformKind::kIdentity)},
      {FieldId(1), FieldId(1001), "id_bucket", Transform::Bucket(16)},
      {FieldId(3), FieldId(1002), "price", Transform::Plain(TransformKind::kIdentity)}};
  return spec;
}

ManifestWriterOptions Options(FormatVersion version) {
  return {.format_version = version,
          .schema = TableSchema(),
          .spec = Spec(),
          .snapshot_id = SnapshotId(8'000'000'000'000'000'001)};
}

DataFile File(std::string path) {
  DataFile file;
  file.path = std::move(path);
  file.format = FileFormat::kParquet;
  file.partition.fields = {{FieldId(1000), Literal(std::string("a"))},
                           {FieldId(1001), Literal(int32_t{7})}};
  file.record_count = 100;
  file.file_size_bytes = 123'456'789'012;
  file.column_sizes = {{FieldId(1), 11}, {FieldId(2), 12}};
  file.value_counts = {{FieldId(1), 100}, {FieldId(2), 100}, {FieldId(3), 100}};
  file.null_value_counts = {{FieldId(1), 0}};
  file.nan_value_counts = {{FieldId(3), 4}};
  file.lower_bounds = {{FieldId(1), std::string("\x01\0\0\0\0\0\0\0", 8)}, {FieldId(2), "a"}};
  file.upper_bounds = {{FieldId(1), std::string("\x64\0\0\0\0\0\0\0", 8)}, {FieldId(2), ""}};
  file.key_metadata = "key";
  file.split_offsets = {4, 1'000'000'000'000};
  file.sort_order_id = SortOrderId(1);
  return file;
}

ManifestEntry Entry(DataFile file) {
  return {.status = EntryStatus::kAdded,
          .snapshot_id = SnapshotId(5),
          .sequence_number = SequenceNumber(4),
          .file_sequence_number = SequenceNumber(6),
          .file = std::move(file)};
}

/// Lists and reads what was written, as a commit with sequence number 9 would.
std::vector<ManifestEntry> ReadBack(WrittenManifest manifest, FormatVersion version) {
  ManifestFile& row = manifest.row;
  row.path = "m.avro";
  auto list = WriteManifestList({&row, 1}, {.format_version = version,
                                            .snapshot_id = row.added_snapshot_id,
                                            .sequence_number = SequenceNumber(9),
                                            .first_row_id = 1000});
  EXPECT_THAT(list, IsOk());
  auto rows = ReadManifestList(list->bytes, "l.avro");
  EXPECT_THAT(rows, IsOk());
  auto entries = ReadManifest(manifest.bytes, rows->at(0));
  EXPECT_THAT(entries, IsOk());
  return *std::move(entries);
}

TEST(ManifestWriterTest, EntriesAreReadAsTheyWereWritten) {
  for (FormatVersion version = 1; version <= 3; ++version) {
    auto writer = ManifestWriter::Make(Options(version));
    ASSERT_THAT(writer, IsOk());
    DataFile existing = File("existing");
    DataFile deleted = File("deleted");
    if (version == 3) {
      existing.first_row_id = 70;
      deleted.first_row_id = 80;
    }
    DataFile plain;
    plain.path = "plain";
    plain.format = FileFormat::kAvro;
    ASSERT_THAT(writer->Add(File("added")), IsOk());
    ASSERT_THAT(writer->Add(plain), IsOk());
    ASSERT_THAT(writer->AddExisting(Entry(existing)), IsOk());
    ASSERT_THAT(writer->AddDeleted(Entry(deleted)), IsOk());
    EXPECT_EQ(writer->entries(), 4);
    auto manifest = (*std::move(writer)).Finish();
    ASSERT_THAT(manifest, IsOk());
    auto entries = ReadBack(*manifest, version);
    ASSERT_EQ(entries.size(), 4);
    SequenceNumber now(version == 1 ? 0 : 9);
    DataFile added = File("added");
    if (version == 3) {
      added.first_row_id = 1000;
      plain.first_row_id = 1100;
      // Deleted entries keep theirs, existing ones too.
    }
    auto numbers = [&](EntryStatus status, int64_t snapshot, int64_t data, int64_t file_number,
                       DataFile file) {
      bool v1 = version == 1;
      return ManifestEntry{status, SnapshotId(snapshot), SequenceNumber(v1 ? 0 : data),
                           SequenceNumber(v1 ? 0 : file_number), std::move(file)};
    };
    int64_t self = Options(version).snapshot_id.value();
    EXPECT_EQ(entries[0], numbers(EntryStatus::kAdded, self, now.value(), now.value(), added));
    EXPECT_EQ(entries[1], numbers(EntryStatus::kAdded, self, now.value(), now.value(), plain));
    EXPECT_EQ(entries[2], numbers(EntryStatus::kExisting, 5, 4, 6, existing));
    EXPECT_EQ(entries[3], numbers(EntryStatus::kDeleted, self, 4, 6, deleted));
  }
}

/// Old writers of v2 left the file's number out; only entries that are new inherit one.
TEST(ManifestWriterTest, AFileNumberThatIsNotKnownStaysSo) {
  for (FormatVersion version : {2, 3}) {
    auto writer = ManifestWriter::Make(Options(version));
    ASSERT_THAT(writer, IsOk());
    ManifestEntry entry = Entry(File("old"));
    entry.file_sequence_number.reset();
    ASSERT_THAT(writer->AddExisting(entry), IsOk());
    ASSERT_THAT(writer->AddDeleted(entry), IsOk());
    auto manifest = (*std::move(writer)).Finish();
    ASSERT_THAT(manifest, IsOk());
    for (const ManifestEntry& read : ReadBack(*manifest, version)) {
      EXPECT_EQ(read.sequence_number, SequenceNumber(4));
      EXPECT_EQ(read.file_sequence_number, std::nullopt);
    }
  }
}

TEST(ManifestWriterTest, TheRowSumsUpTheEntries) {
  auto writer = ManifestWriter::Make(Options(2));
  ASSERT_THAT(writer, IsOk());
  auto with_price = [](double price) {
    DataFile file = File("f");
    file.partition.fields = {{FieldId(1002), Literal(price)}};
    return file;
  };
  ASSERT_THAT(writer->Add(File("added")), IsOk());
  ASSERT_THAT(writer->Add(with_price(0.0)), IsOk());
  ASSERT_THAT(writer->Add(with_price(-0.0)), IsOk());
  ASSERT_THAT(writer->Add(with_price(std::numeric_limits<double>::quiet_NaN())), IsOk());
  ASSERT_THAT(writer->AddExisting(Entry(File("existing"))), IsOk());
  ASSERT_THAT(writer->AddDeleted(Entry(File("deleted"))), IsOk());
  auto manifest = (*std::move(writer)).Finish();
  ASSERT_THAT(manifest, IsOk());
  const ManifestFile& row = manifest->row;
  EXPECT_EQ(row.length_bytes, manifest->bytes.size());
  EXPECT_EQ(row.spec_id, SpecId(3));
  EXPECT_EQ(row.sequence_number, kUnassignedSequenceNumber);
  EXPECT_EQ(row.min_sequence_number, SequenceNumber(4));
  EXPECT_EQ(row.added_files_count, 4);
  EXPECT_EQ(row.existing_files_count, 1);
  EXPECT_EQ(row.deleted_files_count, 1);
  EXPECT_EQ(row.added_rows_count, 400);
  EXPECT_EQ(row.existing_rows_count, 100);
  EXPECT_EQ(row.deleted_rows_count, 100);
  ASSERT_EQ(row.partitions->size(), 3);
  EXPECT_EQ(row.partitions->at(0), (FieldSummary{true, false, "a", "a"}));
  EXPECT_EQ(row.partitions->at(1),
            (FieldSummary{true, false, std::string("\7\0\0\0", 4), std::string("\7\0\0\0", 4)}));
  EXPECT_EQ(row.partitions->at(2),
            (FieldSummary{true, true, std::string("\0\0\0\0\0\0\0\x80", 8), std::string(8, '\0')}));
}

TEST(ManifestWriterTest, OnlyExplicitNumbersMoveTheLeastOne) {
  auto writer = ManifestWriter::Make(Options(2));
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT(writer->Add(File("a")), IsOk());
  auto manifest = (*std::move(writer)).Finish();
  EXPECT_EQ(manifest->row.min_sequence_number, kUnassignedSequenceNumber);
  writer = ManifestWriter::Make(Options(2));
  ASSERT_THAT(writer->Add(File("a"), SequenceNumber(7)), IsOk());
  ASSERT_THAT(writer->Add(File("b"), SequenceNumber(2)), IsOk());
  manifest = (*std::move(writer)).Finish();
  EXPECT_EQ(manifest->row.min_sequence_number, SequenceNumber(2));
  auto entries = ReadBack(*manifest, 2);
  EXPECT_EQ(entries[0].sequence_number, SequenceNumber(7));
  EXPECT_EQ(entries[0].file_sequence_number, SequenceNumber(9));
}

TEST(ManifestWriterTest, DeleteFilesAndDeletionVectors) {
  ManifestWriterOptions options = Options(3);
  options.content = ManifestContent::kDeletes;
  auto writer = ManifestWriter::Make(options);
  ASSERT_THAT(writer, IsOk());
  DataFile vector = File("v.puffin");
  vector.content = FileContent::kPositionDeletes;
  vector.format = FileFormat::kPuffin;
  vector.referenced_data_file = "data";
  vector.content_offset = 4;
  vector.content_size_bytes = 50;
  DataFile equality = File("e.parquet");
  equality.content = FileContent::kEqualityDeletes;
  equality.equality_ids = {FieldId(1), FieldId(2)};
  ASSERT_THAT(writer->Add(vector), IsOk());
  ASSERT_THAT(writer->Add(equality), IsOk());
  EXPECT_THAT(writer->Add(File("data")), IsError(ErrorCode::kInvalidArgument));
  auto manifest = (*std::move(writer)).Finish();
  ASSERT_THAT(manifest, IsOk());
  auto entries = ReadBack(*manifest, 3);
  EXPECT_EQ(entries[0].file, vector);
  EXPECT_EQ(entries[1].file, equality);
}

TEST(ManifestWriterTest, NewFilesHaveNoRowId) {
  auto writer = ManifestWriter::Make(Options(3));
  ASSERT_THAT(writer, IsOk());
  DataFile file = File("moved");
  file.first_row_id = 5;
  ASSERT_THAT(writer->Add(file), IsOk());
  ASSERT_THAT(writer->Add(file, SequenceNumber(1)), IsOk());
  auto entries = ReadBack(*(*std::move(writer)).Finish(), 3);
  EXPECT_EQ(entries[0].file.first_row_id, 1000);
  EXPECT_EQ(entries[1].file.first_row_id, 1100);
}

TEST(ManifestWriterTest, TheHeaderSaysWhatTheFileIs) {
  auto writer = ManifestWriter::Make(Options(2));
  auto manifest = (*std::move(writer)).Finish();
  ASSERT_THAT(manifest, IsOk());
  auto file = avro::FileReader::Open(manifest->bytes, "m");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->Metadata("schema-id"), "0");
  EXPECT_EQ(file->Metadata("partition-spec-id"), "3");
  EXPECT_EQ(file->Metadata("format-version"), "2");
  EXPECT_EQ(file->Metadata("content"), "data");
  EXPECT_EQ(file->Metadata("avro.codec"), "deflate");
  EXPECT_TRUE(file->Metadata("schema")->starts_with("{"));
  EXPECT_TRUE(file->Metadata("partition-spec")->starts_with("["));
}

TEST(ManifestWriterTest, WhatAVersionCannotHoldIsRefused) {
  ManifestWriterOptions options = Options(1);
  options.content = ManifestContent::kDeletes;
  EXPECT_THAT(ManifestWriter::Make(options), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ManifestWriter::Make(Options(4)), IsError(ErrorCode::kUnsupported));
  auto writer = ManifestWriter::Make(Options(2));
  ASSERT_THAT(writer, IsOk());
  auto refuse = [&](auto change) {
    DataFile file = File("f");
    change(file);
    EXPECT_THAT(writer->Add(file), IsError(ErrorCode::kInvalidArgument));
  };
  refuse([](DataFile& file) { file.path.clear(); });
  refuse([](DataFile& file) { file.format = FileFormat::kOther; });
  refuse([](DataFile& file) { file.record_count = -1; });
  refuse([](DataFile& file) { file.partition.fields = {{FieldId(1001), Literal(int64_t{1})}}; });
  refuse([](DataFile& file) { file.partition.fields = {{FieldId(9), Literal(int32_t{1})}}; });
  ManifestEntry entry = Entry(File("f"));
  entry.sequence_number.reset();
  EXPECT_THAT(writer->AddExisting(entry), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(writer->entries(), 0);
}

TEST(RollingManifestWriterTest, ManifestsEndNearTheirTarget) {
  constexpr size_t kTarget = 40'000;
  RollingManifestWriter writer(Options(2), kTarget);
  for (int i = 0; i < 20'000; ++i) {
    DataFile file = File("s3://bucket/table/data/" + std::to_string(i * 7919) + ".parquet");
    file.record_count = i;
    ASSERT_THAT(writer.Add(file), IsOk());
  }
  auto manifests = std::move(writer).Finish();
  ASSERT_THAT(manifests, IsOk());
  ASSERT_GT(manifests->size(), 2);
  int32_t files = 0;
  for (const WrittenManifest& manifest : *manifests) {
    files += *manifest.row.added_files_count;
    EXPECT_LT(manifest.bytes.size(), kTarget * 2);
    EXPECT_GT(manifest.bytes.size(), &manifest == &manifests->back() ? 0 : kTarget / 2);
  }
  EXPECT_EQ(files, 20'000);
  EXPECT_TRUE(RollingManifestWriter(Options(2), kTarget).Finish()->empty());
}

}  // namespace
}  // namespace firn::iceberg
