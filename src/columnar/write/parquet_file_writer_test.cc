#include "columnar/write/parquet_file_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/page_index.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::Literal;
using iceberg::StructValue;
using iceberg::testing::RandomCases;
using iceberg::testing::SchemaOfFields;

WriteProperties Properties(const iceberg::Schema& schema, const iceberg::PropertyMap& map) {
  return ReadWriteProperties(map, schema, {}).value();
}

Result<WrittenFile> WriteOne(const iceberg::Schema& schema,
                             const WriteProperties& properties,
                             const arrow::RecordBatch& batch,
                             EncodeThreads threads = EncodeThreads::kCaller) {
  ASSIGN_OR_RETURN(auto writer, ParquetFileWriter::Make(schema, properties, threads,
                                                        arrow::default_memory_pool()));
  RETURN_IF_ERROR(writer->Write(batch));
  return std::move(*writer).Finish();
}

std::shared_ptr<arrow::Table> TableIn(const WrittenFile& file) {
  auto reader = parquet::arrow::OpenFile(std::make_shared<arrow::io::BufferReader>(file.bytes),
                                         arrow::default_memory_pool());
  return (*reader)->ReadTable().ValueOrDie();
}

template <class Values>
auto Of(const Values& values, int32_t id) {
  auto found = std::find_if(values.begin(), values.end(),
                            [id](const auto& pair) { return pair.first == FieldId(id); });
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

TEST(ParquetFileWriterTest, BoundsHoldAllValuesAndAreTightWhereNotCut) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    iceberg::Schema schema = random.NewSchema();
    std::vector<StructValue> rows;
    for (uint32_t i = 0; i < random.Below(50); ++i) {
      rows.push_back(random.Row(schema));
    }
    WriteProperties properties = Properties(
        schema, {{"write.metadata.metrics.default", random.OneIn(2) ? "full" : "truncate(2)"}});
    ASSERT_OK_AND_ASSIGN(WrittenFile file,
                         WriteOne(schema, properties, *testing::BatchOf(schema, rows)));
    EXPECT_EQ(file.metrics.record_count, static_cast<int64_t>(rows.size()));
    for (const iceberg::NestedField* leaf : RandomCases::Leaves(schema)) {
      int64_t nulls = 0;
      int64_t nans = 0;
      auto lower = Of(file.metrics.lower_bounds, leaf->id.value());
      auto upper = Of(file.metrics.upper_bounds, leaf->id.value());
      bool met_lower = false;
      for (const StructValue& row : rows) {
        auto value = testing::ValueOf(row, leaf->id);
        if (!value) {
          ++nulls;
          continue;
        }
        if (iceberg::IsNan(*value)) {
          ++nans;
          continue;
        }
        ASSERT_TRUE(lower.has_value());
        ASSERT_OK_AND_ASSIGN(Literal low, iceberg::DecodeLiteral(*leaf->type, *lower));
        EXPECT_TRUE(iceberg::CompareLiterals(low, *value) <= 0);
        met_lower = met_lower || low == *value;
        if (upper) {
          ASSERT_OK_AND_ASSIGN(Literal high, iceberg::DecodeLiteral(*leaf->type, *upper));
          EXPECT_TRUE(iceberg::CompareLiterals(high, *value) >= 0);
        }
      }
      bool cut = properties.metrics_of(leaf->id).kind == MetricsMode::Kind::kTruncate;
      EXPECT_EQ(lower.has_value(), nulls + nans < static_cast<int64_t>(rows.size()));
      EXPECT_TRUE(cut || met_lower || !lower);
      EXPECT_EQ(Of(file.metrics.value_counts, leaf->id.value()), rows.size());
      EXPECT_EQ(Of(file.metrics.null_value_counts, leaf->id.value()), nulls);
      if (leaf->type->id() == iceberg::TypeId::kDouble) {
        EXPECT_EQ(Of(file.metrics.nan_value_counts, leaf->id.value()), nans);
      }
    }
  }
}

TEST(ParquetFileWriterTest, ZerosKeepTheirSignsInBounds) {
  iceberg::Schema schema =
      SchemaOfFields(R"({"id":1,"name":"x","type":"double","required":false})");
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0}).ok());
  auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema), 2, {builder.Finish().ValueOrDie()});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, Properties(schema, {}), *batch));
  EXPECT_EQ(Of(file.metrics.lower_bounds, 1), iceberg::EncodeLiteral(Literal(-0.0)));
  EXPECT_EQ(Of(file.metrics.upper_bounds, 1), iceberg::EncodeLiteral(Literal(0.0)));
}

TEST(ParquetFileWriterTest, ListsHaveCountsAndNoBoundsAndUnknownIsNotStored) {
  iceberg::Schema schema = SchemaOfFields(R"(
      {"id":1,"name":"u","type":"unknown","required":false},
      {"id":2,"name":"l","required":false,"type":{"type":"list","element-id":3,
         "element":"int","element-required":false}})");
  auto values = std::make_shared<arrow::Int32Builder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), values,
                           ArrowTypeOf(*schema.fields()[1].type));
  ASSERT_TRUE(lists.Append().ok() && values->AppendValues({5, 6}).ok());
  ASSERT_TRUE(lists.AppendNull().ok() && lists.Append().ok() && values->AppendNull().ok());
  auto batch = arrow::RecordBatch::Make(
      ArrowSchemaOf(schema), 3,
      {arrow::MakeArrayOfNull(arrow::null(), 3).ValueOrDie(), lists.Finish().ValueOrDie()});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, Properties(schema, {}), *batch));
  EXPECT_EQ(Of(file.metrics.value_counts, 3), 4);
  EXPECT_EQ(Of(file.metrics.null_value_counts, 3), 2);
  EXPECT_EQ(Of(file.metrics.lower_bounds, 3), std::nullopt);
  EXPECT_GT(Of(file.metrics.column_sizes, 3), 0);
  auto parquet =
      parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(file.bytes));
  EXPECT_EQ(parquet->metadata()->num_columns(), 1);
  EXPECT_TRUE(parquet->metadata()->created_by().starts_with("firn version "));
}

/// A point in well-known binary, little end first.
std::string PointOf(double x, double y) {
  std::string wkb("\x01\x01\0\0\0", 5);
  for (double coordinate : {x, y}) {
    wkb.append(reinterpret_cast<const char*>(&coordinate), sizeof(coordinate));
  }
  return wkb;
}

TEST(ParquetFileWriterTest, GeometriesHaveTheirBoxAndVariantsCounts) {
  iceberg::Schema schema = SchemaOfFields(R"(
      {"id":1,"name":"place","type":"geometry","required":false},
      {"id":2,"name":"spot","type":"geography","required":false},
      {"id":3,"name":"any","type":"variant","required":false})");
  arrow::BinaryBuilder places;
  arrow::BinaryBuilder metadata;
  for (const std::string& place : {PointOf(1, 200), PointOf(-3, 4)}) {
    ASSERT_TRUE(places.Append(place).ok());
    ASSERT_TRUE(metadata.Append(std::string_view("\x01\0\0", 3)).ok());
  }
  ASSERT_TRUE(places.AppendNull().ok());
  ASSERT_TRUE(metadata.Append(std::string_view()).ok());
  auto place = *places.Finish();
  auto part = *metadata.Finish();
  auto arrow_schema = ArrowSchemaOf(schema);
  auto valid = *arrow::AllocateBitmap(3);
  *valid->mutable_data() = 0b011;
  auto variant = std::make_shared<arrow::StructArray>(
      arrow_schema->field(2)->type(), 3, arrow::ArrayVector{part, part}, std::move(valid), 1);
  auto batch = arrow::RecordBatch::Make(arrow_schema, 3, {place, place, variant});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, Properties(schema, {}), *batch));
  for (int32_t id : {1, 2, 3}) {
    EXPECT_EQ(Of(file.metrics.value_counts, id), 3) << id;
    EXPECT_EQ(Of(file.metrics.null_value_counts, id), 1) << id;
    EXPECT_GT(Of(file.metrics.column_sizes, id).value_or(0), 0) << id;
  }
  EXPECT_EQ(Of(file.metrics.lower_bounds, 1), PointOf(-3, 4).substr(5));
  EXPECT_EQ(Of(file.metrics.upper_bounds, 1), PointOf(1, 200).substr(5));
  EXPECT_EQ(Of(file.metrics.lower_bounds, 2), std::nullopt) << "no latitude is 200";
  EXPECT_EQ(Of(file.metrics.lower_bounds, 3), std::nullopt);
  ASSERT_OK_AND_ASSIGN(
      file,
      WriteOne(schema, Properties(schema, {{"write.metadata.metrics.default", "counts"}}), *batch));
  EXPECT_EQ(Of(file.metrics.null_value_counts, 1), 1);
  EXPECT_EQ(Of(file.metrics.lower_bounds, 1), std::nullopt);
}

TEST(ParquetFileWriterTest, RowGroupsEndAtTheirSize) {
  iceberg::Schema schema = SchemaOfFields(R"({"id":1,"name":"x","type":"long","required":true})");
  std::vector<int64_t> values(100'000);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<int64_t>(i * 7919);
  }
  auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema), 100'000, {testing::Longs(values)});
  WriteProperties properties =
      Properties(schema, {{"write.parquet.row-group-size-bytes", "200000"},
                          {"write.parquet.bloom-filter-enabled.column.x", "true"}});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, properties, *batch));
  EXPECT_EQ(file.metrics.split_offsets.size(), 4U);
  EXPECT_TRUE(std::is_sorted(file.metrics.split_offsets.begin(), file.metrics.split_offsets.end()));
  auto parquet =
      parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(file.bytes));
  EXPECT_EQ(parquet->metadata()->num_row_groups(), 4);
  EXPECT_TRUE(parquet->metadata()->RowGroup(0)->ColumnChunk(0)->bloom_filter_offset().has_value());
  EXPECT_EQ(parquet->metadata()->RowGroup(0)->ColumnChunk(0)->compression(),
            parquet::Compression::ZSTD);
}

TEST(ParquetFileWriterTest, RowGroupsOfWideRowsEndNearTheirSize) {
  auto schema = SchemaOfFields(R"({"id":1,"name":"t","type":"string","required":false})");
  std::vector<std::string> texts;
  for (int i = 0; i < 64; ++i) {
    texts.push_back(std::string(1 << 20, static_cast<char>('a' + i % 26)));
  }
  auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema), 64, {testing::Texts(texts)});
  WriteProperties properties =
      Properties(schema, {{"write.parquet.row-group-size-bytes", "16777216"}});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, properties, *batch));
  auto reader =
      parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(file.bytes));
  EXPECT_EQ(reader->metadata()->num_row_groups(), 4);
}

TEST(ParquetFileWriterTest, ThreadsMakeTheSameRowGroups) {
  iceberg::Schema schema = SchemaOfFields(R"(
      {"id":1,"name":"x","type":"long","required":true},
      {"id":2,"name":"s","type":"string","required":false})");
  constexpr int64_t kRows = 400'000;
  std::vector<int64_t> longs(kRows);
  std::vector<std::string> texts(kRows);
  for (int64_t i = 0; i < kRows; ++i) {
    longs[static_cast<size_t>(i)] = i * 7919 % 100'003;
    texts[static_cast<size_t>(i)] = "t" + std::to_string(i % 1009);
  }
  auto batch = arrow::RecordBatch::Make(ArrowSchemaOf(schema), kRows,
                                        {testing::Longs(longs), testing::Texts(texts)});
  // The last group is too small for threads.
  WriteProperties properties =
      Properties(schema, {{"write.parquet.row-group-size-bytes", "5000000"}});
  ASSERT_OK_AND_ASSIGN(WrittenFile one, WriteOne(schema, properties, *batch));
  ASSERT_OK_AND_ASSIGN(WrittenFile many,
                       WriteOne(schema, properties, *batch, EncodeThreads::kArrowPool));
  EXPECT_GT(one.metrics.split_offsets.size(), 1U);
  EXPECT_EQ(many.metrics.split_offsets.size(), one.metrics.split_offsets.size());
  EXPECT_EQ(many.metrics.lower_bounds, one.metrics.lower_bounds);
  EXPECT_EQ(many.metrics.value_counts, one.metrics.value_counts);
  EXPECT_TRUE(TableIn(one)->Equals(*TableIn(many)));
  EXPECT_TRUE(
      TableIn(one)->CombineChunksToBatch().ValueOrDie()->column(1)->Equals(batch->column(1)));
}

TEST(WritePropertiesTest, ModesComeFromColumnDefaultAndSortOrder) {
  iceberg::Schema schema = SchemaOfFields(R"(
      {"id":1,"name":"a","type":"long","required":true},
      {"id":2,"name":"b","type":"string","required":true},
      {"id":3,"name":"c","type":"string","required":true})");
  ASSERT_OK_AND_ASSIGN(WriteProperties properties,
                       ReadWriteProperties({{"write.metadata.metrics.default", "none"},
                                            {"write.metadata.metrics.column.b", "Truncate(4)"}},
                                           schema, {FieldId(3)}));
  EXPECT_FALSE(properties.metrics_of(FieldId(1)).counts());
  EXPECT_EQ(properties.metrics_of(FieldId(2)).length, 4);
  EXPECT_EQ(properties.metrics_of(FieldId(3)).length, 16);
  EXPECT_THAT(ReadWriteProperties({{"write.metadata.metrics.default", "truncate(0)"}}, schema, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadWriteProperties({{"write.target-file-size-bytes", "-5"}}, schema, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadWriteProperties({{"write.parquet.compression-codec", "rar"}}, schema, {}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ParquetFileWriterTest, PagesHaveIndexesAndEndByRowsOrBytes) {
  auto schema = SchemaOfFields(R"({"id":1,"name":"id","type":"long","required":true},
                                  {"id":2,"name":"t","type":"string","required":false},
                                  {"id":3,"name":"l","required":false,"type":{"type":"list",
                                     "element-id":4,"element":"int","element-required":false}})");
  constexpr int64_t kRows = 50'000;
  std::vector<int64_t> ids;
  std::vector<std::string> texts;
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::Int32Builder>());
  for (int64_t i = 0; i < kRows; ++i) {
    ids.push_back(i);
    texts.push_back(std::string(300, 'x') + std::to_string(i));
    ASSERT_TRUE(lists.Append().ok());
    ASSERT_TRUE(static_cast<arrow::Int32Builder*>(lists.value_builder())->Append(7).ok());
  }
  auto list = lists.Finish().ValueOrDie();
  auto stored = ArrowSchemaOf(schema);
  list = arrow::MakeArray(list->data()->Copy());
  list->data()->type = stored->field(2)->type();
  auto batch =
      arrow::RecordBatch::Make(stored, kRows, {testing::Longs(ids), testing::Texts(texts), list});
  ASSERT_OK_AND_ASSIGN(WrittenFile file, WriteOne(schema, Properties(schema, {}), *batch));
  auto reader =
      parquet::ParquetFileReader::Open(std::make_shared<arrow::io::BufferReader>(file.bytes));
  auto group = reader->GetPageIndexReader()->RowGroup(0);
  for (int column = 0; column < 3; ++column) {
    EXPECT_NE(group->GetColumnIndex(column), nullptr);
    auto pages = group->GetOffsetIndex(column)->page_locations();
    EXPECT_GE(pages.size(), column == 1 ? 12 : 3) << "texts have 15 MB";
    pages.push_back({0, 0, kRows});
    for (size_t i = 0; i + 1 < pages.size(); ++i) {
      EXPECT_LE(pages[i + 1].first_row_index - pages[i].first_row_index, 20'000);
    }
  }
}

}  // namespace
}  // namespace firn::columnar
