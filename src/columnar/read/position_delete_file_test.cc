#include "columnar/read/position_delete_file.h"

#include <string>
#include <vector>

#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"
#include "columnar/testing/batches.h"
#include "storage/memory_object_store.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::Pair;
using testing::ParquetShape;

class PositionDeleteFileTest : public ::testing::Test {
 protected:
  Result<PositionLists> Read(const arrow::RecordBatch& rows, const ParquetShape& shape = {}) {
    return ReadBytes(testing::ParquetBytes(rows, shape));
  }
  Result<PositionLists> ReadBytes(const std::string& bytes) {
    EXPECT_THAT(store_.Write("memory://b/d", bytes, storage::WriteMode::kOverwrite), IsOk());
    return ReadPositionDeletes(context_, {.path = "memory://b/d"});
  }

  static std::shared_ptr<arrow::Schema> DeleteSchema() {
    return ArrowSchemaOf(std::vector<iceberg::NestedField>{MetadataColumn(kDeleteFilePathColumn),
                                                           MetadataColumn(kDeletePosColumn)});
  }
  static std::shared_ptr<arrow::RecordBatch> Deletes(const std::vector<std::string>& paths,
                                                     const std::vector<int64_t>& positions) {
    return arrow::RecordBatch::Make(DeleteSchema(), static_cast<int64_t>(paths.size()),
                                    {testing::Texts(paths), testing::Longs(positions)});
  }

  SystemClock clock_;
  storage::InMemoryObjectStore store_{clock_};
  ThreadPool pool_{1};
  ReadContext context_{store_, pool_, {}};
};

TEST_F(PositionDeleteFileTest, ListsAreByPathAndAscending) {
  auto rows = Deletes({"b", "a", "b", "", "a", ""}, {7, 1, 3, 9, 0, 9});
  EXPECT_THAT(Read(*rows), IsOk());
  EXPECT_THAT(*Read(*rows), ElementsAre(Pair("", ElementsAre(9, 9)), Pair("a", ElementsAre(0, 1)),
                                        Pair("b", ElementsAre(3, 7))));
}

// Paths of one length, so that a place in memory that is used again would show.
TEST_F(PositionDeleteFileTest, EveryShapeOfAFileGivesTheSame) {
  std::vector<std::string> paths;
  std::vector<int64_t> positions;
  PositionLists expected;
  for (int64_t row = 0; row < 20'000; ++row) {
    paths.push_back("s3://bucket/data/file-" + std::to_string(10 + row / 1000));
    positions.push_back(row % 1000 * 3);
    expected[paths.back()].push_back(positions.back());
  }
  auto rows = Deletes(paths, positions);
  for (int64_t group_rows : {int64_t{1000}, int64_t{700}, int64_t{1} << 20}) {
    for (int64_t page_rows : {int64_t{20'000}, int64_t{333}}) {
      for (int64_t dictionary_bytes : {int64_t{0}, int64_t{100}, int64_t{1} << 20}) {
        ParquetShape shape{.row_group_rows = group_rows,
                           .page_rows = page_rows,
                           .dictionary_bytes = dictionary_bytes,
                           .second_version = page_rows == 333};
        auto read = Read(*rows, shape);
        ASSERT_THAT(read, IsOk());
        EXPECT_EQ(*read, expected) << group_rows << " " << page_rows << " " << dictionary_bytes;
      }
    }
  }
}

TEST_F(PositionDeleteFileTest, AFileWithoutRowsDeletesNothing) {
  ASSERT_OK_AND_ASSIGN(PositionLists lists, Read(*Deletes({}, {})));
  EXPECT_TRUE(lists.empty());
}

TEST_F(PositionDeleteFileTest, ColumnsWithoutIdsAreFoundByName) {
  auto schema =
      arrow::schema({arrow::field("row", arrow::utf8()), arrow::field("pos", arrow::int64(), false),
                     arrow::field("file_path", arrow::utf8(), false)});
  auto rows = arrow::RecordBatch::Make(
      schema, 2, {testing::Texts({"x", "y"}), testing::Longs({4, 5}), testing::Texts({"a", "a"})});
  ASSERT_OK_AND_ASSIGN(PositionLists lists, Read(*rows));
  EXPECT_THAT(lists, ElementsAre(Pair("a", ElementsAre(4, 5))));
}

TEST_F(PositionDeleteFileTest, WhatIsNoDeleteFileIsRefusedByName) {
  auto ids = DeleteSchema()->fields();
  auto nullable = arrow::schema({ids[0]->WithNullable(true), ids[1]->WithNullable(true)});
  arrow::Int64Builder holed;
  ASSERT_TRUE(holed.Append(1).ok() && holed.AppendNull().ok());
  auto paths = testing::Texts({"a", "a"});
  auto null = arrow::RecordBatch::Make(nullable, 2, {paths, *holed.Finish()});
  auto present = arrow::RecordBatch::Make(nullable, 2, {paths, testing::Longs({1, 2})});
  auto lacking = arrow::RecordBatch::Make(arrow::schema({ids[0]}), 2, {paths});
  auto texts = arrow::RecordBatch::Make(arrow::schema({ids[0], ids[1]->WithType(arrow::utf8())}), 2,
                                        {paths, testing::Texts({"1", "2"})});
  EXPECT_THAT(Read(*present), IsOk());
  for (const auto& rows : {null, lacking, texts}) {
    auto read = Read(*rows);
    ASSERT_THAT(read, IsError(ErrorCode::kInvalidMetadata));
    EXPECT_THAT(read.error().Describe(), ::testing::HasSubstr("memory://b/d"));
  }
}

TEST_F(PositionDeleteFileTest, DamagedBytesGiveRowsOrAnError) {
  const std::string bytes = testing::ParquetBytes(*Deletes({"a", "a", "b"}, {1, 2, 3}), {});
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (char bits : {char{1}, char{64}, static_cast<char>(0xff)}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ bits);
      auto read = ReadBytes(damaged);
      if (!read.has_value()) {
        EXPECT_THAT(read.error().Describe(), ::testing::HasSubstr("memory://b/d"));
      }
    }
  }
}

TEST_F(PositionDeleteFileTest, StopsWhereAsked) {
  std::stop_source stop;
  stop.request_stop();
  context_.options.stop = stop.get_token();
  EXPECT_THAT(Read(*Deletes({"a"}, {1})), IsError(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace firn::columnar
