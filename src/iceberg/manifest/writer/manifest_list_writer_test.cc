#include "iceberg/manifest/writer/manifest_list_writer.h"

#include <vector>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/file_reader.h"
#include "iceberg/manifest/manifest_list.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

constexpr SnapshotId kSnapshot{77};

ManifestFile Full(std::string path) {
  return {.path = std::move(path),
          .length_bytes = 5000,
          .spec_id = SpecId(2),
          .content = ManifestContent::kData,
          .sequence_number = SequenceNumber(3),
          .min_sequence_number = SequenceNumber(1),
          .added_snapshot_id = SnapshotId(5),
          .added_files_count = 1,
          .existing_files_count = 2,
          .deleted_files_count = 3,
          .added_rows_count = 10,
          .existing_rows_count = 20,
          .deleted_rows_count = 30,
          .partitions = {{{true, false, "a", "b"}, {false, std::nullopt, std::nullopt, ""}}},
          .key_metadata = "key",
          .first_row_id = 4};
}

ManifestFile New(std::string path) {
  ManifestFile manifest = Full(std::move(path));
  manifest.sequence_number = kUnassignedSequenceNumber;
  manifest.min_sequence_number = kUnassignedSequenceNumber;
  manifest.added_snapshot_id = kSnapshot;
  manifest.first_row_id.reset();
  return manifest;
}

ManifestListOptions Options(FormatVersion version) {
  return {.format_version = version,
          .snapshot_id = kSnapshot,
          .sequence_number = SequenceNumber(9),
          .first_row_id = 1000};
}

std::vector<ManifestFile> ReadBack(const Result<WrittenManifestList>& list) {
  EXPECT_THAT(list, IsOk());
  auto rows = ReadManifestList(list->bytes, "l.avro");
  EXPECT_THAT(rows, IsOk());
  return *std::move(rows);
}

TEST(ManifestListWriterTest, RowsAreReadAsTheyWereWritten) {
  for (FormatVersion version = 1; version <= 3; ++version) {
    ManifestFile bare = Full("bare");
    bare.partitions.reset();
    bare.key_metadata.reset();
    std::vector<ManifestFile> manifests{Full("full"), bare};
    auto rows = ReadBack(WriteManifestList(manifests, Options(version)));
    for (ManifestFile& manifest : manifests) {
      if (version < 3) {
        manifest.first_row_id.reset();
      }
      if (version == 1) {
        manifest.sequence_number = manifest.min_sequence_number = SequenceNumber(0);
      }
    }
    EXPECT_EQ(rows, manifests) << version;
  }
}

TEST(ManifestListWriterTest, NewManifestsGetTheCommitsNumbers) {
  ManifestFile rewritten = New("rewritten");
  rewritten.min_sequence_number = SequenceNumber(2);
  auto rows = ReadBack(WriteManifestList(std::vector{New("new"), rewritten}, Options(2)));
  EXPECT_EQ(rows[0].sequence_number, SequenceNumber(9));
  EXPECT_EQ(rows[0].min_sequence_number, SequenceNumber(9));
  EXPECT_EQ(rows[1].sequence_number, SequenceNumber(9));
  EXPECT_EQ(rows[1].min_sequence_number, SequenceNumber(2));
  ManifestFile foreign = New("foreign");
  foreign.added_snapshot_id = SnapshotId(5);
  EXPECT_THAT(WriteManifestList({&foreign, 1}, Options(2)), IsError(ErrorCode::kInvalidArgument));
}

TEST(ManifestListWriterTest, RowIdsAreGivenToDataManifestsWithoutOne) {
  ManifestFile deletes = New("deletes");
  deletes.content = ManifestContent::kDeletes;
  deletes.first_row_id = 3;
  ManifestFile upgraded = Full("from v2");
  upgraded.first_row_id.reset();
  auto list =
      WriteManifestList(std::vector{New("new"), deletes, Full("kept"), upgraded}, Options(3));
  auto rows = ReadBack(list);
  EXPECT_EQ(rows[0].first_row_id, 1000);
  EXPECT_EQ(rows[1].first_row_id, std::nullopt);
  EXPECT_EQ(rows[2].first_row_id, 4);
  EXPECT_EQ(rows[3].first_row_id, 1030);
  EXPECT_EQ(list->next_row_id, 1060);
  ManifestFile huge = New("huge");
  huge.added_rows_count = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(WriteManifestList({&huge, 1}, Options(3)), IsError(ErrorCode::kInvalidArgument));
}

TEST(ManifestListWriterTest, TheHeaderNamesTheSnapshot) {
  ManifestListOptions options = Options(3);
  options.parent_snapshot_id = SnapshotId(76);
  auto list = WriteManifestList({}, options);
  ASSERT_THAT(list, IsOk());
  auto file = avro::FileReader::Open(list->bytes, "l");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->Metadata("snapshot-id"), "77");
  EXPECT_EQ(file->Metadata("parent-snapshot-id"), "76");
  EXPECT_EQ(file->Metadata("sequence-number"), "9");
  EXPECT_EQ(file->Metadata("first-row-id"), "1000");
  EXPECT_EQ(file->Metadata("format-version"), "3");
}

TEST(ManifestListWriterTest, WhatAVersionCannotHoldIsRefused) {
  ManifestFile deletes = Full("deletes");
  deletes.content = ManifestContent::kDeletes;
  EXPECT_THAT(WriteManifestList({&deletes, 1}, Options(1)), IsError(ErrorCode::kInvalidArgument));
  ManifestFile uncounted = Full("uncounted");
  uncounted.added_files_count.reset();
  EXPECT_THAT(WriteManifestList({&uncounted, 1}, Options(1)), IsOk());
  EXPECT_THAT(WriteManifestList({&uncounted, 1}, Options(2)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(WriteManifestList({}, Options(4)), IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace firn::iceberg
