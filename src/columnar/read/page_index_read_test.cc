// Reading by the page index: how much is fetched and decoded, and what becomes of indexes that are
// wrong.
#include <algorithm>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <arrow/table.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/testing/filters.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/memory_object_store.h"
#include "storage/metered_object_store.h"
#include "storage/testing/faulty_object_store.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::testing::FilterOf;
using ::testing::_;
using ::testing::ElementsAre;

constexpr int64_t kColumns = 8;

/// `id`, then v2, v3, ...: longs.
iceberg::Schema WideSchema() {
  std::string fields = R"({"id":1,"name":"id","type":"long","required":true})";
  for (int64_t i = 2; i <= kColumns; ++i) {
    fields += fmt::format(R"(,{{"id":{},"name":"v{}","type":"long","required":false}})", i, i);
  }
  return iceberg::testing::SchemaOfFields(fields);
}

class PageIndexReadTest : public ::testing::Test {
 protected:
  /// Ids are ten times the row; other columns are pseudorandom and do not compress.
  void Write(int64_t rows, const testing::ParquetShape& shape) {
    arrow::ArrayVector columns;
    uint64_t state = 1;
    for (int64_t column = 0; column < kColumns; ++column) {
      std::vector<int64_t> values;
      for (int64_t row = 0; row < rows; ++row) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        values.push_back(column == 0 ? row * 10 : static_cast<int64_t>(state));
      }
      columns.push_back(testing::Longs(values));
    }
    auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema_), rows, std::move(columns));
    bytes_ = testing::ParquetBytes(*batch, shape);
    Store(bytes_);
  }

  void Store(const std::string& bytes) {
    ASSERT_THAT(memory_.Write(file_.path, bytes, storage::WriteMode::kOverwrite), IsOk());
  }

  Result<std::vector<std::vector<int64_t>>> Read(const std::string& filter,
                                                 FileDeletes deletes = {}) {
    ReadContext context{metered_, pool_, options_};
    ASSIGN_OR_RETURN(auto reader, DataFileReader::Open(context, request_, file_,
                                                       FilterOf(filter, schema_), deletes));
    std::vector<std::vector<int64_t>> rows;
    while (true) {
      ASSIGN_OR_RETURN(auto batch, reader->Next());
      if (batch == nullptr) {
        break;
      }
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        rows.emplace_back();
        for (const auto& column : batch->columns()) {
          rows.back().push_back(static_cast<const arrow::Int64Array&>(*column).Value(row));
        }
      }
    }
    counts_ = reader->counts();
    return rows;
  }

  void Ask(const std::vector<std::string>& names) {
    request_.columns.clear();
    for (const std::string& name : names) {
      request_.columns.push_back(*schema_.FindField(name));
    }
  }

  /// Where the offset index of a column is.
  ByteRange OffsetIndexAt(int column) {
    ReadContext context{memory_, pool_, options_};
    auto source = ParquetSource::Open(context, file_);
    auto location =
        (*source)->metadata().RowGroup(0)->ColumnChunk(column)->GetOffsetIndexLocation();
    return {location->offset, location->length};
  }

  const iceberg::Schema schema_ = WideSchema();
  SystemClock clock_;
  storage::InMemoryObjectStore memory_{clock_};
  storage::testing::FaultyObjectStore faulty_{memory_};
  storage::MeteredObjectStore metered_{faulty_};
  ThreadPool pool_{0};
  ReadOptions options_{.fetch = {.whole_file_bytes = 0}};
  ReadRequest request_{.schema = schema_};
  FileToRead file_{.path = "memory://b/f"};
  std::string bytes_;
  ReadCounts counts_;
};

TEST_F(PageIndexReadTest, APointReadFetchesAndDecodesAPageOfEachColumn) {
  Write(100'000, {.page_rows = 1000, .dictionary_bytes = 0});
  Ask({"id", "v5"});
  ASSERT_OK_AND_ASSIGN(auto rows, Read("id = 543210"));
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0][0], 543'210);
  EXPECT_EQ(counts_.rows_decoded, 1000);
  EXPECT_EQ(counts_.pages_read, 2);
  EXPECT_EQ(counts_.pages_skipped, 198);
  EXPECT_EQ(static_cast<uint64_t>(counts_.bytes_fetched), metered_.bytes_read());
  // The footer, indexes of 100 pages, two pages of 8 kB; a chunk has 800 kB.
  EXPECT_LT(metered_.bytes_read(), 120'000);
  EXPECT_GT(bytes_.size(), 5'000'000);

  options_.page_index = PageIndexUse::kNever;
  ASSERT_OK_AND_ASSIGN(auto whole, Read("id = 543210"));
  EXPECT_EQ(whole, rows);
  EXPECT_EQ(counts_.rows_decoded, 100'000);
}

TEST_F(PageIndexReadTest, ARangeReadFetchesThePagesThatTheRangeTouches) {
  Write(100'000, {.row_group_rows = 50'000, .page_rows = 1000, .dictionary_bytes = 0});
  Ask({"v3"});
  ASSERT_OK_AND_ASSIGN(auto rows, Read("id >= 495000 and id < 510000"));
  EXPECT_EQ(rows.size(), 1500);
  EXPECT_EQ(counts_.row_groups_read, 2);
  EXPECT_EQ(counts_.rows_decoded, 2000);
  EXPECT_EQ(counts_.pages_read, 4);
}

TEST_F(PageIndexReadTest, ADictionaryIsFetchedForPagesThatNeedIt) {
  // The first pages are coded with the dictionary, which then is full.
  Write(50'000, {.page_rows = 1000, .dictionary_bytes = 100'000});
  options_.fetch = {.whole_file_bytes = 0, .tail_bytes = 100, .hole_bytes = 0};
  Ask({"v2"});
  ASSERT_OK_AND_ASSIGN(auto late, Read("id = 490000"));
  int64_t without = counts_.bytes_fetched;
  ASSERT_OK_AND_ASSIGN(auto early, Read("id = 20"));
  EXPECT_EQ(late.size(), 1);
  EXPECT_EQ(early.size(), 1);
  EXPECT_GT(counts_.bytes_fetched, without + 100'000);
}

TEST_F(PageIndexReadTest, RowGroupsOfWhichNoPageMatchesAreSkipped) {
  Write(10'000, {.page_rows = 1000});
  Ask({"v2"});
  // Between the last id of a page and the first of the next.
  ASSERT_OK_AND_ASSIGN(auto rows, Read("id > 29990 and id < 30000"));
  EXPECT_TRUE(rows.empty());
  EXPECT_EQ(counts_.row_groups_skipped, 1);
  EXPECT_EQ(counts_.rows_decoded, 0);
}

TEST_F(PageIndexReadTest, GroupsAreReadWholeWherePagesSaveLittle) {
  Write(10'000, {.page_rows = 1000});
  Ask({"id", "v2"});
  ASSERT_OK_AND_ASSIGN(auto most, Read("id >= 40000"));
  EXPECT_EQ(most.size(), 6000);
  EXPECT_EQ(counts_.pages_read, 0);
  ASSERT_OK_AND_ASSIGN(auto all, Read("id >= 0"));
  EXPECT_EQ(all.size(), 10'000);
  EXPECT_EQ(counts_.pages_read, 0);
  Write(10'000, {.page_rows = 1000, .page_index = false});
  ASSERT_OK_AND_ASSIGN(auto one, Read("id = 40000"));
  EXPECT_EQ(one.size(), 1);
  EXPECT_EQ(counts_.pages_read, 0);
  EXPECT_EQ(counts_.rows_decoded, 10'000);
}

TEST_F(PageIndexReadTest, PagesWithoutWantedRowsAreLeftOut) {
  Write(60'000, {.row_group_rows = 20'000, .page_rows = 1000, .dictionary_bytes = 0});
  Ask({"id", "v2"});
  RowRanges wanted;
  wanted.Append({1500, 1501});
  wanted.Append({41'999, 42'001});
  file_.part.rows = &wanted;
  ASSERT_OK_AND_ASSIGN(auto rows, Read("true"));
  EXPECT_THAT(
      rows, ElementsAre(ElementsAre(15'000, _), ElementsAre(419'990, _), ElementsAre(420'000, _)));
  EXPECT_EQ(counts_.row_groups_read, 2);
  EXPECT_EQ(counts_.pages_read, 6);
  ASSERT_OK_AND_ASSIGN(rows, Read("id < 100000"));
  EXPECT_THAT(rows, ElementsAre(ElementsAre(15'000, _)));
  options_.page_index = PageIndexUse::kNever;
  ASSERT_OK_AND_ASSIGN(rows, Read("true"));
  EXPECT_EQ(rows.size(), 40'000) << "other rows come too";
}

TEST_F(PageIndexReadTest, PartsOfAFileAreItsRowGroups) {
  Write(60'000, {.row_group_rows = 20'000, .page_rows = 1000});
  Ask({"id"});
  ReadContext context{memory_, pool_, options_};
  ASSERT_OK_AND_ASSIGN(auto source, ParquetSource::Open(context, file_));
  std::vector<int64_t> begins{0};
  for (int group = 1; group < 3; ++group) {
    begins.push_back(BytesOf(*source->metadata().RowGroup(group)->ColumnChunk(0)).offset);
  }
  begins.push_back(static_cast<int64_t>(bytes_.size()));
  for (size_t i = 0; i < 3; ++i) {
    file_.part = {.begin = begins[i], .end = begins[i + 1]};
    ASSERT_OK_AND_ASSIGN(auto rows, Read("true"));
    ASSERT_EQ(rows.size(), 20'000);
    EXPECT_EQ(rows.front()[0], static_cast<int64_t>(i) * 200'000);
  }
}

TEST_F(PageIndexReadTest, PositionsAreThoseOfTheFile) {
  Write(30'000, {.row_group_rows = 15'000, .page_rows = 1000, .dictionary_bytes = 0});
  request_.columns = {MetadataColumn(kPosColumn), MetadataColumn(kRowIdColumn)};
  file_.first_row_id = 1'000'000;
  std::vector<int64_t> deleted{16'001, 20'000};
  std::vector<const std::vector<int64_t>*> lists{&deleted};
  FileDeletes deletes{
      .positions = std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists))};
  ASSERT_OK_AND_ASSIGN(auto rows, Read("id in (20, 160000, 160010, 160020, 280000)", deletes));
  EXPECT_THAT(rows, ElementsAre(ElementsAre(2, 1'000'002), ElementsAre(16'000, 1'016'000),
                                ElementsAre(16'002, 1'016'002), ElementsAre(28'000, 1'028'000)));
  EXPECT_EQ(counts_.rows_decoded, 3000);
  EXPECT_EQ(counts_.rows_deleted, 1);
}

TEST_F(PageIndexReadTest, AFlippedOffsetIndexGivesTheRowsOrAnError) {
  Write(2000, {.page_rows = 100});
  Ask({"id", "v2"});
  const std::string filter = "id in (20, 7770, 7780, 12000)";
  options_.page_index = PageIndexUse::kAlways;
  ASSERT_OK_AND_ASSIGN(auto expected, Read(filter));
  EXPECT_EQ(counts_.pages_read, 6);
  int errors = 0;
  int same = 0;
  for (int column : {0, 1}) {
    ByteRange index = OffsetIndexAt(column);
    for (int64_t at = index.offset; at < index.offset + index.length; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string bytes = bytes_;
        bytes[static_cast<size_t>(at)] =
            static_cast<char>(bytes[static_cast<size_t>(at)] ^ 1 << bit);
        Store(bytes);
        auto read = Read(filter);
        if (read.has_value()) {
          ASSERT_EQ(*read, expected) << "bit " << bit << " of byte " << at;
          ++same;
        } else {
          ASSERT_THAT(read, IsError(ErrorCode::kInvalidMetadata));
          ASSERT_NE(read.error().Describe().find(file_.path), std::string::npos);
          ++errors;
        }
      }
    }
  }
  EXPECT_GT(errors, 0);
  EXPECT_GT(same, 0);
}

TEST_F(PageIndexReadTest, ErrorsOfTheStoreAreErrors) {
  Write(20'000, {.page_rows = 1000, .dictionary_bytes = 0});
  Ask({"id", "v2"});
  options_.fetch.tail_bytes = 100;
  ASSERT_OK_AND_ASSIGN(auto expected, Read("id = 70"));
  EXPECT_EQ(counts_.pages_read, 2);
  bool failed = true;
  for (int64_t call = 1; failed; ++call) {
    faulty_.Arm({.call = call, .code = ErrorCode::kIoError});
    auto read = Read("id = 70");
    failed = !read.has_value();
    if (failed) {
      EXPECT_THAT(read, IsError(ErrorCode::kIoError)) << call;
    } else {
      EXPECT_EQ(*read, expected);
      EXPECT_GE(call, 5) << "size, footer, indexes, pages";
    }
  }
}

}  // namespace
}  // namespace firn::columnar
