#include "columnar/read/delete_cache.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"
#include "columnar/testing/batches.h"
#include "iceberg/manifest/puffin/deletion_vector_file.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/memory_object_store.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;

class DeleteCacheTest : public ::testing::Test {
 protected:
  DeleteFile Put(const std::string& path, const std::string& bytes, iceberg::FileContent content) {
    EXPECT_THAT(store_.Write(path, bytes, storage::WriteMode::kOverwrite), IsOk());
    DeleteFile file;
    file.file.content = content;
    file.file.path = path;
    file.file.format = iceberg::FileFormat::kParquet;
    file.file.file_size_bytes = static_cast<int64_t>(bytes.size());
    return file;
  }

  DeleteFile PutPositions(const std::string& path,
                          const std::vector<std::string>& files,
                          const std::vector<int64_t>& positions) {
    std::vector<iceberg::NestedField> fields{MetadataColumn(kDeleteFilePathColumn),
                                             MetadataColumn(kDeletePosColumn)};
    auto batch =
        arrow::RecordBatch::Make(ArrowSchemaOf(fields), static_cast<int64_t>(positions.size()),
                                 {testing::Texts(files), testing::Longs(positions)});
    return Put(path, testing::ParquetBytes(*batch, {}), iceberg::FileContent::kPositionDeletes);
  }

  SystemClock clock_;
  storage::InMemoryObjectStore store_{clock_};
  ThreadPool pool_{1};
  ReadContext context_{store_, pool_, {}};
  ReadRequest request_{.schema = iceberg::testing::SchemaOfFields(R"(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"name","type":"string","required":false})")};
};

TEST_F(DeleteCacheTest, OneFileServesManyDataFilesAndIsReadOnce) {
  DeleteFile file = PutPositions("memory://b/d1", {"b", "a", "b", "c", "a"}, {7, 1, 3, 9, 0});
  DeleteCache cache(context_, 1 << 20);
  ASSERT_OK_AND_ASSIGN(FileDeletes b, cache.Load(request_, "b", {&file, 1}));
  EXPECT_EQ(b.positions->count(), 2);
  EXPECT_TRUE(b.positions->TouchesRows(3, 1));
  ASSERT_THAT(store_.Delete("memory://b/d1"), IsOk());
  ASSERT_OK_AND_ASSIGN(FileDeletes a, cache.Load(request_, "a", {&file, 1}));
  EXPECT_EQ(a.positions->count(), 2);
  ASSERT_OK_AND_ASSIGN(FileDeletes none, cache.Load(request_, "z", {&file, 1}));
  EXPECT_TRUE(none.empty());
  EXPECT_GT(cache.kept_bytes(), 0);
}

TEST_F(DeleteCacheTest, KeepsNoMoreThanItsBudget) {
  DeleteFile first = PutPositions("memory://b/d1", {"a", "a"}, {1, 2});
  DeleteFile second = PutPositions("memory://b/d2", {"a", "a"}, {2, 3});
  DeleteCache cache(context_, 150);
  std::vector<DeleteFile> both{first, second};
  ASSERT_OK_AND_ASSIGN(FileDeletes deletes, cache.Load(request_, "a", both));
  EXPECT_EQ(deletes.positions->count(), 3);
  EXPECT_LE(cache.kept_bytes(), 150);
}

TEST_F(DeleteCacheTest, EqualityKeysMeetTheTypesOfTheSchema) {
  // Written before id became a long.
  auto before =
      iceberg::testing::SchemaOfFields(R"({"id":1,"name":"id","type":"int","required":true})");
  iceberg::StructValue row;
  row.fields.emplace_back(FieldId(1), iceberg::Literal(int32_t{5}));
  DeleteFile file =
      Put("memory://b/e1", testing::ParquetBytes(*testing::BatchOf(before, {row, row}), {}),
          iceberg::FileContent::kEqualityDeletes);
  file.file.equality_ids = {FieldId(1)};
  DeleteCache cache(context_, 1 << 20);
  ASSERT_OK_AND_ASSIGN(FileDeletes deletes, cache.Load(request_, "a", {&file, 1}));
  ASSERT_EQ(deletes.equality.size(), 1U);
  EXPECT_EQ(deletes.equality[0]->size(), 1);
  std::vector<std::shared_ptr<arrow::Array>> rows{testing::Longs({4, 5})};
  std::vector<uint8_t> mask(2, 1);
  deletes.equality[0]->Clear(rows, mask);
  EXPECT_THAT(mask, ::testing::ElementsAre(1, 0));
  file.file.path = "memory://b/e1";
  file.file.equality_ids = {FieldId(77)};
  DeleteCache fresh(context_, 1 << 20);
  EXPECT_THAT(fresh.Load(request_, "a", {&file, 1}), IsError(ErrorCode::kInvalidMetadata));
}

TEST_F(DeleteCacheTest, EqualityDeletesWithoutTheirColumnsAreCorrupt) {
  auto other =
      iceberg::testing::SchemaOfFields(R"({"id":1,"name":"id","required":true,"type":"long"})");
  iceberg::StructValue row;
  row.fields.emplace_back(FieldId(1), iceberg::Literal(int64_t{5}));
  DeleteFile file = Put("memory://b/e2", testing::ParquetBytes(*testing::BatchOf(other, {row}), {}),
                        iceberg::FileContent::kEqualityDeletes);
  // Of a column that it lacks, which would be null and equal every null; of none.
  for (std::vector<FieldId> ids : {std::vector{FieldId(2)}, std::vector<FieldId>()}) {
    file.file.equality_ids = std::move(ids);
    DeleteCache cache(context_, 1 << 20);
    EXPECT_THAT(cache.Load(request_, "a", {&file, 1}), IsError(ErrorCode::kInvalidMetadata));
  }
}

TEST_F(DeleteCacheTest, VectorsReplacePositions) {
  iceberg::FileDeletes rows{.data_file = "a"};
  ASSERT_THAT(rows.deleted.Add(4), IsOk());
  ASSERT_OK_AND_ASSIGN(auto written,
                       iceberg::WriteDeletionVectors({&rows, 1}, "memory://b/v1", "test"));
  ASSERT_THAT(store_.Write("memory://b/v1", written.bytes, storage::WriteMode::kCreateNew), IsOk());
  DeleteFile vector{.file = written.delete_files[0]};
  DeleteFile positions = PutPositions("memory://b/d1", {"a", "a"}, {1, 2});
  DeleteCache cache(context_, 1 << 20);
  std::vector<DeleteFile> both{positions, vector};
  ASSERT_OK_AND_ASSIGN(FileDeletes deletes, cache.Load(request_, "a", both));
  EXPECT_EQ(deletes.positions->count(), 1);
  EXPECT_TRUE(deletes.positions->TouchesRows(4, 1));
}

TEST_F(DeleteCacheTest, ACutVectorIsTheTablesFault) {
  iceberg::FileDeletes rows{.data_file = "a"};
  ASSERT_THAT(rows.deleted.Add(4), IsOk());
  ASSERT_OK_AND_ASSIGN(auto written,
                       iceberg::WriteDeletionVectors({&rows, 1}, "memory://b/v1", "test"));
  DeleteFile vector{.file = written.delete_files[0]};
  auto cut = static_cast<size_t>(*vector.file.content_offset);
  // Before the blob, where it begins, and within it.
  for (size_t length : {size_t{0}, cut, cut + 5}) {
    vector.file.path = "memory://b/v" + std::to_string(length);
    std::string_view bytes = std::string_view(written.bytes).substr(0, length);
    ASSERT_THAT(store_.Write(vector.file.path, bytes, storage::WriteMode::kCreateNew), IsOk());
    DeleteCache cache(context_, 1 << 20);
    EXPECT_THAT(cache.Load(request_, "a", {&vector, 1}), IsError(ErrorCode::kInvalidMetadata));
  }
}

TEST_F(DeleteCacheTest, BrokenFilesAreNamed) {
  DeleteFile file = Put("memory://b/x", "no parquet", iceberg::FileContent::kPositionDeletes);
  DeleteCache cache(context_, 1 << 20);
  EXPECT_THAT(cache.Load(request_, "a", {&file, 1}), IsError(ErrorCode::kInvalidMetadata));
  file.file.format = iceberg::FileFormat::kAvro;
  EXPECT_THAT(cache.Load(request_, "a", {&file, 1}), IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace firn::columnar
