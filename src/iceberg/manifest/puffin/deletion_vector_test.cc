#include "iceberg/manifest/puffin/deletion_vector.h"

#include <random>
#include <set>

#include <libdeflate.h>

#include "base/testing/matchers.h"
#include "iceberg/manifest/puffin/deletion_vector_file.h"
#include "iceberg/manifest/puffin/puffin_file.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

DeletionVector VectorOf(const std::set<int64_t>& positions) {
  DeletionVector vector;
  for (int64_t position : positions) {
    EXPECT_THAT(vector.Add(position), IsOk());
  }
  return vector;
}

/// Sets of all kinds: sparse, dense, in runs, with high halves.
std::vector<std::set<int64_t>> Sets() {
  std::mt19937_64 random(3);
  std::vector<std::set<int64_t>> sets(6);
  sets[1] = {0};
  sets[2] = {DeletionVector::kMaxPosition, (int64_t{1} << 32) - 1, int64_t{1} << 32, 7};
  for (int i = 0; i < 3000; ++i) {
    sets[3].insert(static_cast<int64_t>(random() % 10'000'000));
  }
  for (int i = 0; i < 60'000; ++i) {
    sets[4].insert(static_cast<int64_t>(random() % 100'000));
  }
  for (int64_t first : {int64_t{0}, int64_t{65'530}, int64_t{5} << 33}) {
    for (int64_t i = 0; i < 20'000; ++i) {
      sets[5].insert(first + i);
    }
  }
  return sets;
}

/// A blob around a vector, right.
std::string Framed(std::string_view vector) {
  std::string checked = "\xD1\xD3\x39\x64" + std::string(vector);
  uint32_t checksum = libdeflate_crc32(0, checked.data(), checked.size());
  std::string blob;
  for (int shift = 24; shift >= 0; shift -= 8) {
    blob += static_cast<char>(checked.size() >> shift);
  }
  blob += checked;
  for (int shift = 24; shift >= 0; shift -= 8) {
    blob += static_cast<char>(checksum >> shift);
  }
  return blob;
}

TEST(DeletionVectorTest, PositionsComeBack) {
  for (const std::set<int64_t>& positions : Sets()) {
    DeletionVector vector = VectorOf(positions);
    EXPECT_EQ(vector.cardinality(), positions.size());
    auto blob = vector.Print();
    ASSERT_THAT(blob, IsOk());
    auto read = DeletionVector::Parse(*blob, std::ssize(positions));
    ASSERT_THAT(read, IsOk());
    EXPECT_TRUE(*read == vector);
    EXPECT_THAT(read->Between(0, std::numeric_limits<int64_t>::max()),
                ::testing::ElementsAreArray(positions));
    for (int64_t position : positions) {
      ASSERT_TRUE(read->Contains(position));
    }
    EXPECT_FALSE(read->Contains(99'999'999));
    EXPECT_FALSE(read->Contains(-1));
  }
}

TEST(DeletionVectorTest, RangesAreHalfOpen) {
  DeletionVector vector = VectorOf({3, 5, (int64_t{1} << 32) + 2, (int64_t{3} << 32) + 1});
  EXPECT_THAT(vector.Between(3, 5), ElementsAre(3));
  EXPECT_THAT(vector.Between(4, 6), ElementsAre(5));
  EXPECT_THAT(vector.Between(6, (int64_t{1} << 32) + 3), ElementsAre((int64_t{1} << 32) + 2));
  EXPECT_THAT(vector.Between((int64_t{1} << 32) + 3, int64_t{5} << 32),
              ElementsAre((int64_t{3} << 32) + 1));
  EXPECT_THAT(vector.Between(-5, 4), ElementsAre(3));
  EXPECT_TRUE(vector.Between(5, 5).empty());
  EXPECT_TRUE(DeletionVector().Between(0, 10).empty());
}

TEST(DeletionVectorTest, MergeIsUnion) {
  DeletionVector a = VectorOf({1, 2, int64_t{1} << 40});
  ASSERT_THAT(a.Merge(VectorOf({2, 3, int64_t{1} << 50})), IsOk());
  EXPECT_TRUE(a == VectorOf({1, 2, 3, int64_t{1} << 40, int64_t{1} << 50}));
}

TEST(DeletionVectorTest, PositionsOutOfRangeAreRefused) {
  DeletionVector vector;
  EXPECT_THAT(vector.Add(-1), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(vector.Add(DeletionVector::kMaxPosition + 1), IsError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(vector.empty());
}

TEST(DeletionVectorTest, NoBitFlipAndNoCutIsBelieved) {
  for (const std::set<int64_t>& positions : Sets()) {
    std::string blob = *VectorOf(positions).Print();
    size_t step = std::max<size_t>(1, blob.size() / 300);
    for (size_t i = 0; i < blob.size(); i += step) {
      std::string flipped = blob;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      EXPECT_THAT(DeletionVector::Parse(flipped, std::ssize(positions)),
                  IsError(ErrorCode::kInvalidMetadata));
      EXPECT_THAT(DeletionVector::Parse(std::string_view(blob).substr(0, i), std::ssize(positions)),
                  IsError(ErrorCode::kInvalidMetadata));
    }
    auto other = DeletionVector::Parse(blob, std::ssize(positions) + 1);
    ASSERT_THAT(other, IsError(ErrorCode::kInvalidMetadata));
    EXPECT_THAT(other.error().message(), HasSubstr("manifest"));
  }
}

TEST(DeletionVectorTest, ContainersAreCheckedBehindARightChecksum) {
  for (const std::set<int64_t>& positions : Sets()) {
    std::string blob = *VectorOf(positions).Print();
    std::string_view vector = std::string_view(blob).substr(8, blob.size() - 12);
    ASSERT_EQ(Framed(vector), blob);
    size_t step = std::max<size_t>(1, vector.size() / 300);
    for (size_t i = 0; i < vector.size(); i += step) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped(vector);
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
        auto read = DeletionVector::Parse(Framed(flipped), std::ssize(positions));
        // Another set of as many positions, or an error; never another number of them.
        EXPECT_TRUE(!read.has_value() || read->cardinality() == std::ssize(positions));
      }
    }
    EXPECT_THAT(DeletionVector::Parse(Framed(std::string(vector) + "x"), std::ssize(positions)),
                IsError(ErrorCode::kInvalidMetadata));
  }
}

TEST(DeletionVectorTest, EmptyBitmapsBetweenKeysAreNothing) {
  // As Java writes a vector whose only key is 2: it begins with empty ones for 0 and 1.
  const std::string empty("\x3A\x30\0\0\0\0\0\0", 8);
  std::string one("\x3A\x30\0\0\x01\0\0\0\0\0\0\0\x10\0\0\0\x05\0", 18);
  std::string vector("\3\0\0\0\0\0\0\0", 8);
  vector += std::string("\0\0\0\0", 4) + empty + std::string("\1\0\0\0", 4) + empty +
            std::string("\2\0\0\0", 4) + one;
  auto read = DeletionVector::Parse(Framed(vector), 1);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == VectorOf({(int64_t{2} << 32) + 5}));
}

TEST(DeletionVectorFileTest, VectorsAreWhereTheirDeleteFilesSay) {
  std::vector<FileDeletes> deletes;
  deletes.push_back({"s3://b/data/1.parquet", {}, VectorOf({1, 2, 3})});
  deletes.push_back({"s3://b/data/2.parquet",
                     {{{FieldId(1000), Literal(int32_t{5})}}},
                     VectorOf({int64_t{1} << 35})});
  auto file = WriteDeletionVectors(deletes, "s3://b/data/d.puffin", "Firn test");
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(file->delete_files.size(), 2);
  auto footer = ReadPuffinFooter(file->bytes, std::ssize(file->bytes), "d.puffin");
  ASSERT_THAT(footer, IsOk());
  for (size_t i = 0; i < 2; ++i) {
    const DataFile& entry = file->delete_files[i];
    const PuffinBlob& blob = footer->blobs[i];
    EXPECT_EQ(entry.content, FileContent::kPositionDeletes);
    EXPECT_EQ(entry.format, FileFormat::kPuffin);
    EXPECT_EQ(entry.path, "s3://b/data/d.puffin");
    EXPECT_EQ(entry.file_size_bytes, file->bytes.size());
    EXPECT_EQ(entry.referenced_data_file, deletes[i].data_file);
    EXPECT_EQ(entry.partition, deletes[i].partition);
    EXPECT_EQ(entry.content_offset, blob.offset);
    EXPECT_EQ(entry.content_size_bytes, blob.length_bytes);
    EXPECT_EQ(blob.type, kDeletionVectorBlob);
    EXPECT_EQ(blob.snapshot_id, SnapshotId(-1));
    EXPECT_EQ(blob.properties.at("referenced-data-file"), deletes[i].data_file);
    EXPECT_EQ(blob.properties.at("cardinality"), std::to_string(entry.record_count));
    auto read = DeletionVector::Parse(
        std::string_view(file->bytes)
            .substr(static_cast<size_t>(blob.offset), static_cast<size_t>(blob.length_bytes)),
        entry.record_count);
    ASSERT_THAT(read, IsOk());
    EXPECT_TRUE(*read == deletes[i].deleted);
  }
}

}  // namespace
}  // namespace firn::iceberg
