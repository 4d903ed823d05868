#include "columnar/pages/chunk_pages.h"

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/file_reader.h>

#include "columnar/testing/batches.h"

namespace firn::columnar {
namespace {

class FakeOffsetIndex final : public parquet::OffsetIndex {
 public:
  explicit FakeOffsetIndex(std::vector<parquet::PageLocation> pages) : pages_(std::move(pages)) {}

  const std::vector<parquet::PageLocation>& page_locations() const override { return pages_; }
  const std::vector<int64_t>& unencoded_byte_array_data_bytes() const override { return none_; }

 private:
  std::vector<parquet::PageLocation> pages_;
  std::vector<int64_t> none_;
};

/// One chunk of 100 rows with pages of 10, coded with a dictionary.
class ChunkPagesTest : public ::testing::Test {
 protected:
  ChunkPagesTest() {
    std::vector<int64_t> values;
    for (int64_t i = 0; i < kRows; ++i) {
      values.push_back(i / 2);
    }
    auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}),
                                          kRows, {testing::Longs(values)});
    auto bytes = arrow::Buffer::FromString(testing::ParquetBytes(*batch, {.page_rows = 10}));
    reader_ = parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(bytes));
    group_ = reader_->metadata()->RowGroup(0);
    chunk_ = group_->ColumnChunk(0);
    index_ = reader_->GetPageIndexReader()->RowGroup(0)->GetOffsetIndex(0);
    file_bytes_ = bytes->size();
  }

  std::optional<ChunkPages> With(std::vector<parquet::PageLocation> pages) const {
    return PagesOf(FakeOffsetIndex(std::move(pages)), *chunk_, kRows);
  }

  static constexpr int64_t kRows = 100;
  std::unique_ptr<parquet::ParquetFileReader> reader_;
  std::unique_ptr<parquet::RowGroupMetaData> group_;
  std::unique_ptr<parquet::ColumnChunkMetaData> chunk_;
  std::shared_ptr<parquet::OffsetIndex> index_;
  int64_t file_bytes_ = 0;
};

TEST_F(ChunkPagesTest, PagesHoldTheRowsOfTheGroupInOrder) {
  auto pages = PagesOf(*index_, *chunk_, kRows);
  ASSERT_TRUE(pages.has_value());
  ASSERT_EQ(pages->pages.size(), 10);
  for (size_t i = 0; i < 10; ++i) {
    auto begin = static_cast<int64_t>(i) * 10;
    EXPECT_EQ(pages->pages[i].rows, (RowRange{begin, begin + 10}));
  }
  ByteRange bytes = BytesOf(*chunk_);
  EXPECT_TRUE(IsInside(bytes, file_bytes_));
  EXPECT_EQ(pages->dictionary.offset, bytes.offset);
  EXPECT_EQ(pages->dictionary.offset + pages->dictionary.length, pages->pages[0].bytes.offset);
  EXPECT_EQ(pages->coded, 10);
  const ByteRange& last = pages->pages.back().bytes;
  EXPECT_EQ(last.offset + last.length, bytes.offset + bytes.length);
}

TEST_F(ChunkPagesTest, AnIndexThatDoesNotFitIsNone) {
  const std::vector<parquet::PageLocation> good = index_->page_locations();
  ASSERT_TRUE(With(good).has_value());
  EXPECT_FALSE(With({}).has_value()) << "no pages";
  auto bad = good;
  bad[0].first_row_index = 1;
  EXPECT_FALSE(With(bad).has_value()) << "does not begin at row 0";
  bad = good;
  bad[4].first_row_index = bad[3].first_row_index;
  EXPECT_FALSE(With(bad).has_value()) << "a page without rows";
  bad = good;
  bad[4].first_row_index = bad[6].first_row_index;
  EXPECT_FALSE(With(bad).has_value()) << "rows out of order";
  bad = good;
  bad[9].first_row_index = kRows;
  EXPECT_FALSE(With(bad).has_value()) << "a page after the last row";
  bad = good;
  bad[3].first_row_index = -5;
  EXPECT_FALSE(With(bad).has_value()) << "a negative row";
  for (int64_t offset : {int64_t{-1}, file_bytes_ + 5, std::numeric_limits<int64_t>::max()}) {
    bad = good;
    bad[9].offset = offset;
    EXPECT_FALSE(With(bad).has_value()) << "a page at " << offset;
  }
  bad = good;
  bad[5].offset = bad[4].offset;
  EXPECT_FALSE(With(bad).has_value()) << "pages overlap";
  for (size_t left_out : {size_t{1}, size_t{5}, good.size() - 1}) {
    bad = good;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_FALSE(With(bad).has_value()) << "without page " << left_out;
    // With as many pages as are counted.
    bad.push_back(bad.back());
    EXPECT_FALSE(With(bad).has_value()) << "the last page twice, without page " << left_out;
  }
  for (int32_t size : {0, -1, std::numeric_limits<int32_t>::max()}) {
    bad = good;
    bad[9].compressed_page_size = size;
    EXPECT_FALSE(With(bad).has_value()) << "a page of " << size << " bytes";
  }
}

TEST_F(ChunkPagesTest, RangesAreInsideWithoutOverflow) {
  EXPECT_TRUE(IsInside({0, 10}, 10));
  EXPECT_FALSE(IsInside({1, 10}, 10));
  EXPECT_FALSE(IsInside({-1, 5}, 10));
  EXPECT_FALSE(IsInside({5, -1}, 10));
  EXPECT_FALSE(IsInside({5, std::numeric_limits<int64_t>::max()}, 10));
}

}  // namespace
}  // namespace firn::columnar
