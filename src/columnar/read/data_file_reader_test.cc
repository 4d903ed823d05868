#include "columnar/read/data_file_reader.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <arrow/builder.h>
#include <arrow/table.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/schema/metadata_columns.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/testing/filters.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/memory_object_store.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::BoundExpression;
using iceberg::FieldId;
using iceberg::Literal;
using iceberg::StructValue;
using iceberg::testing::FilterOf;
using iceberg::testing::SchemaOfFields;
using ::testing::ElementsAre;

class DataFileReaderTest : public ::testing::Test {
 protected:
  DataFileReaderTest() {
    schema_ = SchemaOfFields(R"(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"name","type":"string","required":false},
      {"id":3,"name":"s","required":false,"type":{"type":"struct","fields":[
         {"id":4,"name":"x","type":"int","required":false},
         {"id":5,"name":"y","type":"string","required":false}]}})");
    request_.schema = schema_;
    request_.columns.assign(schema_.fields().begin(), schema_.fields().end());
    for (int64_t i = 0; i < 100; ++i) {
      StructValue row;
      row.fields.emplace_back(FieldId(1), Literal(i));
      row.fields.emplace_back(FieldId(2), Literal("n" + std::to_string(i % 7)));
      row.fields.emplace_back(FieldId(4), Literal(static_cast<int32_t>(i * 2)));
      rows_.push_back(row);
    }
    file_.path = "memory://b/data.parquet";
  }

  void Write(const arrow::RecordBatch& batch, const testing::ParquetShape& shape) {
    ASSERT_THAT(store_.Write(file_.path, testing::ParquetBytes(batch, shape),
                             storage::WriteMode::kOverwrite),
                IsOk());
  }
  void WriteRows() { Write(*testing::BatchOf(schema_, rows_), {.row_group_rows = 10}); }

  Result<std::shared_ptr<arrow::Table>> ReadAll(const BoundExpression& residual,
                                                FileDeletes deletes = {}) {
    ASSIGN_OR_RETURN(auto reader,
                     DataFileReader::Open(context_, request_, file_, residual, deletes));
    arrow::RecordBatchVector batches;
    while (true) {
      ASSIGN_OR_RETURN(auto batch, reader->Next());
      if (batch == nullptr) {
        break;
      }
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      batches.push_back(std::move(batch));
    }
    counts_ = reader->counts();
    path_ = reader->path();
    return arrow::Table::FromRecordBatches(reader->schema(), batches).ValueOrDie();
  }

  static std::vector<int64_t> LongsOf(const arrow::Table& table, int column) {
    std::vector<int64_t> values;
    for (const auto& chunk : table.column(column)->chunks()) {
      const auto& longs = static_cast<const arrow::Int64Array&>(*chunk);
      for (int64_t i = 0; i < longs.length(); ++i) {
        values.push_back(longs.IsNull(i) ? -1 : longs.Value(i));
      }
    }
    return values;
  }

  SystemClock clock_;
  storage::InMemoryObjectStore store_{clock_};
  ThreadPool pool_{2};
  ReadContext context_{store_, pool_, {.batch_rows = 16}};
  iceberg::Schema schema_;
  ReadRequest request_;
  FileToRead file_;
  std::vector<StructValue> rows_;
  ReadCounts counts_;
  ReadPath path_ = ReadPath::kDirect;
};

TEST_F(DataFileReaderTest, ReadsAllRowsOnTheDirectPath) {
  WriteRows();
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(BoundExpression::True()));
  EXPECT_EQ(table->num_rows(), 100);
  EXPECT_EQ(path_, ReadPath::kDirect);
  EXPECT_EQ(counts_.row_groups_read, 10);
  EXPECT_TRUE(table->schema()->Equals(*ArrowSchemaOf(schema_)));
}

TEST_F(DataFileReaderTest, ARowGroupIsDecodedAtOnceWhereItIsSmall) {
  Write(*testing::BatchOf(schema_, rows_), {.row_group_rows = 60});
  const std::vector<iceberg::NestedField> every =
      std::exchange(request_.columns, {schema_.fields().begin(), schema_.fields().begin() + 2});
  auto sizes = [&]() -> std::vector<std::pair<int64_t, bool>> {
    std::vector<std::pair<int64_t, bool>> seen;
    auto reader =
        DataFileReader::Open(context_, request_, file_, BoundExpression::True(), {}).value();
    while (auto batch = reader->Next().value()) {
      seen.emplace_back(batch->num_rows(), batch->column(0)->offset() > 0);
    }
    return seen;
  };
  using Seen = std::pair<int64_t, bool>;
  EXPECT_THAT(sizes(), ElementsAre(Seen{16, false}, Seen{16, true}, Seen{16, true}, Seen{12, true},
                                   Seen{16, false}, Seen{16, true}, Seen{8, true}));
  auto in_batches = ElementsAre(Seen{16, false}, Seen{16, false}, Seen{16, false}, Seen{12, false},
                                Seen{16, false}, Seen{16, false}, Seen{8, false});
  // Less than 60 longs.
  for (int64_t bytes : {0, 479}) {
    context_.options.whole_group_bytes = bytes;
    EXPECT_THAT(sizes(), in_batches);
  }
  context_.options.whole_group_bytes = ReadOptions{}.whole_group_bytes;
  request_.columns = every;
  EXPECT_THAT(sizes(), in_batches) << "a struct";
}

TEST_F(DataFileReaderTest, StatisticsPruneRowGroupsAndTheFilterDoesTheRest) {
  WriteRows();
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id in (15, 17, 90) or s.x = 4", schema_)));
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(2, 15, 17, 90));
  EXPECT_EQ(counts_.row_groups_read, 3);
  EXPECT_EQ(counts_.row_groups_skipped, 7);
}

TEST_F(DataFileReaderTest, BloomFiltersPruneWhatStatisticsCannot) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    // Every group spans all values by its bounds.
    auto value = static_cast<int64_t>(i % 10 == 0 ? 0 : i % 10 == 9 ? 1000 : i);
    rows_[i].fields[0].second = Literal(value);
  }
  Write(*testing::BatchOf(schema_, rows_), {.row_group_rows = 10, .bloom_filters = true});
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id = 55", schema_)));
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(55));
  EXPECT_LE(counts_.row_groups_read, 2);
}

TEST_F(DataFileReaderTest, PositionsAreThoseOfTheFileWhateverWasPruned) {
  WriteRows();
  request_.columns = {MetadataColumn(kPosColumn), MetadataColumn(kFileColumn),
                      MetadataColumn(kSpecIdColumn), MetadataColumn(kRowIdColumn),
                      MetadataColumn(kLastUpdatedColumn)};
  file_.first_row_id = 1000;
  file_.sequence_number = iceberg::SequenceNumber(7);
  std::vector<int64_t> deleted{51, 53};
  std::vector<const std::vector<int64_t>*> lists{&deleted};
  FileDeletes deletes{
      .positions = std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists))};
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id >= 50 and id < 55", schema_), deletes));
  EXPECT_EQ(path_, ReadPath::kMerge);
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(50, 52, 54));
  EXPECT_THAT(LongsOf(*table, 3), ElementsAre(1050, 1052, 1054));
  EXPECT_THAT(LongsOf(*table, 4), ElementsAre(7, 7, 7));
  EXPECT_EQ(table->column(1)->GetScalar(0).ValueOrDie()->ToString(), file_.path);
}

TEST_F(DataFileReaderTest, DeletedRowsStayWhereTheirMarkIsAskedFor) {
  WriteRows();
  request_.columns = {request_.columns[0], MetadataColumn(kDeletedColumn)};
  std::vector<int64_t> deleted{1};
  std::vector<const std::vector<int64_t>*> lists{&deleted};
  FileDeletes deletes{
      .positions = std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists))};
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id < 3", schema_), deletes));
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(0, 1, 2));
  EXPECT_EQ(table->column(1)->GetScalar(1).ValueOrDie()->ToString(), "true");
  EXPECT_EQ(table->column(1)->GetScalar(2).ValueOrDie()->ToString(), "false");
}

TEST_F(DataFileReaderTest, EqualityDeletesLookAtColumnsThatAreNotAskedFor) {
  WriteRows();
  request_.columns = {request_.columns[0]};
  ASSERT_OK_AND_ASSIGN(auto set, EqualityDeleteSet::Make({FieldId(2)}, {testing::Texts({"n3"})}));
  FileDeletes deletes{.equality = {std::make_shared<const EqualityDeleteSet>(std::move(set))}};
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id < 12", schema_), deletes));
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(0, 1, 2, 4, 5, 6, 7, 8, 9, 11));
  EXPECT_EQ(table->num_columns(), 1);
}

TEST_F(DataFileReaderTest, StructsAreNarrowedToWhatWasAskedFor) {
  WriteRows();
  iceberg::NestedField narrow = request_.columns[2];
  narrow.type = iceberg::Type::Struct({schema_.FindField("s.y")[0]});
  request_.columns = {narrow};
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("s.x = 20", schema_)));
  EXPECT_EQ(table->num_rows(), 1);
  EXPECT_EQ(table->schema()->field(0)->type()->num_fields(), 1);
}

TEST_F(DataFileReaderTest, IdentityPartitionValuesFillColumnsThatFilesLack) {
  auto batch = testing::BatchOf(schema_, rows_)->RemoveColumn(1).ValueOrDie();
  Write(*batch, {});
  file_.spec = iceberg::testing::PartitionBy({{2, "identity"}});
  file_.partition.fields.emplace_back(FieldId(1000), Literal(std::string("hive")));
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("name = 'hive' and id = 3", schema_)));
  ASSERT_EQ(table->num_rows(), 1);
  EXPECT_EQ(table->column(1)->GetScalar(0).ValueOrDie()->ToString(), "hive");
}

TEST_F(DataFileReaderTest, ANullPartitionIsNullAndNoDefault) {
  auto batch = testing::BatchOf(schema_, rows_)->RemoveColumn(1).ValueOrDie();
  Write(*batch, {});
  request_.columns[1].initial_default = Literal(std::string("none"));
  ASSERT_OK_AND_ASSIGN(auto defaulted, ReadAll(BoundExpression::True()));
  EXPECT_EQ(defaulted->column(1)->null_count(), 0);
  file_.spec = iceberg::testing::PartitionBy({{2, "identity"}});
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(BoundExpression::True()));
  EXPECT_EQ(table->column(1)->null_count(), table->num_rows());
}

TEST_F(DataFileReaderTest, FilesWithoutAFirstRowIdHaveNoLineage) {
  WriteRows();
  request_.columns = {MetadataColumn(kRowIdColumn), MetadataColumn(kLastUpdatedColumn)};
  file_.sequence_number = iceberg::SequenceNumber(7);
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(BoundExpression::True()));
  EXPECT_EQ(table->column(0)->null_count(), 100);
  EXPECT_EQ(table->column(1)->null_count(), 100);
}

TEST_F(DataFileReaderTest, ColumnlessReadsCountRows) {
  WriteRows();
  request_.columns = {MetadataColumn(kPosColumn)};
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(BoundExpression::True()));
  EXPECT_EQ(table->num_rows(), 100);
  EXPECT_EQ(LongsOf(*table, 0).back(), 99);
}

TEST_F(DataFileReaderTest, FilesWithoutIdsNeedANameMapping) {
  auto plain = arrow::schema({arrow::field("id", arrow::int64())});
  Write(*arrow::RecordBatch::Make(plain, 2, {testing::Longs({1, 2})}), {});
  EXPECT_THAT(ReadAll(BoundExpression::True()), IsError(ErrorCode::kInvalidMetadata));
  request_.name_mapping = iceberg::MappingOf(schema_);
  ASSERT_OK_AND_ASSIGN(auto table, ReadAll(FilterOf("id = 2", schema_)));
  EXPECT_THAT(LongsOf(*table, 0), ElementsAre(2));
}

// A bit of a place turns it negative.
TEST_F(DataFileReaderTest, ADamagedFooterLosesNoRows) {
  Write(*testing::BatchOf(schema_, rows_), {.row_group_rows = 50, .page_index = false});
  request_.columns = {schema_.fields()[0]};
  ASSERT_OK_AND_ASSIGN(const std::string bytes, store_.Read(file_.path, 1 << 20));
  uint32_t footer_bytes = 0;
  constexpr size_t kTail = 8;
  std::memcpy(&footer_bytes, bytes.data() + bytes.size() - kTail, sizeof(footer_bytes));
  int refused = 0;
  for (size_t at = bytes.size() - kTail - footer_bytes; at < bytes.size() - kTail; ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ASSERT_THAT(store_.Write(file_.path, damaged, storage::WriteMode::kOverwrite), IsOk());
    auto table = ReadAll(BoundExpression::True());
    if (table.has_value()) {
      EXPECT_EQ((*table)->num_rows(), 100) << at;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST_F(DataFileReaderTest, BrokenFilesAreErrorsThatNameThem) {
  WriteRows();
  ASSERT_OK_AND_ASSIGN(std::string bytes, store_.Read(file_.path, 1 << 20));
  for (size_t cut = 0; cut < bytes.size(); cut += 37) {
    ASSERT_THAT(store_.Write(file_.path, std::string_view(bytes).substr(0, cut),
                             storage::WriteMode::kOverwrite),
                IsOk());
    auto read = ReadAll(BoundExpression::True());
    ASSERT_THAT(read, IsError(ErrorCode::kInvalidMetadata)) << cut;
    EXPECT_NE(read.error().Describe().find(file_.path), std::string::npos);
  }
  file_.path = "memory://b/missing";
  EXPECT_THAT(ReadAll(BoundExpression::True()), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace firn::columnar
