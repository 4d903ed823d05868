// Random files with nested columns, page sizes, encodings, deletes and filters: with the page index
// the reader returns what it returns without.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <arrow/json/from_string.h>
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
#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/local_object_store.h"
#include "storage/memory_object_store.h"
#include "storage/testing/test_folder.h"

namespace firn::columnar {
namespace {

using firn::testing::IsOk;
using iceberg::BoundExpression;
using iceberg::FieldId;
using iceberg::NestedField;
using iceberg::testing::RandomCases;

iceberg::Schema TestSchema() {
  return iceberg::testing::SchemaOfFields(R"(
    {"id":1,"name":"id","type":"long","required":true},
    {"id":2,"name":"i","type":"int","required":false},
    {"id":3,"name":"d","type":"double","required":false},
    {"id":4,"name":"t","type":"string","required":false},
    {"id":5,"name":"s","required":false,"type":{"type":"struct","fields":[
       {"id":6,"name":"x","type":"int","required":false},
       {"id":7,"name":"y","type":"string","required":false}]}},
    {"id":8,"name":"one","required":false,"type":{"type":"struct","fields":[
       {"id":9,"name":"z","type":"long","required":false}]}},
    {"id":10,"name":"l","required":false,"type":{"type":"list","element-id":11,
       "element":"int","element-required":false}},
    {"id":12,"name":"m","required":false,"type":{"type":"map","key-id":13,"key":"string",
       "value-id":14,"value":"int","value-required":false}},
    {"id":15,"name":"b","type":"boolean","required":false})");
}

/// Values come from a window that moves with the row, so that pages differ.
class RowMaker {
 public:
  RowMaker(RandomCases& random, int64_t rows) : random_(random) {
    spread_ = 1 + random.Below(random.OneIn(2) ? 10 : 400);
    null_runs_ = 1 + random.Below(60);
    sorted_ = random.OneIn(2);
    rows_ = rows;
  }

  std::string Row(int64_t row) {
    int64_t near = sorted_ ? row / spread_ : (row + random_.Below(spread_)) % rows_;
    bool nulls = row / null_runs_ % 3 == 0;
    auto or_null = [&](std::string text) { return nulls || random_.OneIn(9) ? "null" : text; };
    std::string d = random_.OneIn(6) ? "NaN" : fmt::format("{}", static_cast<double>(near) / 4);
    std::string s = or_null(fmt::format("[{}, {}]", or_null(std::to_string(near % 50)),
                                        or_null(fmt::format("\"y{}\"", near))));
    std::string l = or_null(fmt::format("[{}, null, 7]", near));
    std::string m = or_null(fmt::format("[[\"k{}\", {}]]", near % 5, near));
    return fmt::format(
        "[{}, {}, {}, {}, {}, {}, {}, {}, {}]", near, or_null(std::to_string(near % 100)),
        or_null(d), or_null(fmt::format("\"t{:05}\"", near)), s, or_null(fmt::format("[{}]", near)),
        l, m, or_null(near % 200 < 100 ? "true" : "false"));
  }

 private:
  RandomCases& random_;
  uint32_t spread_;
  int64_t null_runs_;
  int64_t rows_;
  bool sorted_;
};

std::string RandomFilter(RandomCases& random, int64_t rows) {
  int64_t value = random.Below(static_cast<uint32_t>(rows));
  switch (random.Below(14)) {
    case 0:
      return fmt::format("id = {}", value);
    case 1:
      return fmt::format("id >= {} and id < {}", value, value + 1 + random.Below(100));
    case 2:
      return fmt::format("i in ({}, {})", value % 100, value % 7);
    case 3:
      return fmt::format("d > {}", static_cast<double>(value) / 4);
    case 4:
      return "d is nan";
    case 5:
      return fmt::format("t like 't{:03}%'", value / 100);
    case 6:
      return "i is null";
    case 7:
      return "s.y is not null";
    case 8:
      return fmt::format("s.x <= {}", value % 50);
    case 9:
      return fmt::format("one.z = {}", value);
    case 10:
      return fmt::format("b = {}", random.OneIn(2) ? "true" : "false");
    case 11:
      return fmt::format("({}) and ({})", RandomFilter(random, rows), RandomFilter(random, rows));
    case 12:
      return fmt::format("({}) or ({})", RandomFilter(random, rows), RandomFilter(random, rows));
    default:
      return fmt::format("not ({})", RandomFilter(random, rows));
  }
}

class PageReadPropertyTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  PageReadPropertyTest() {
    rows_ = 1 + random_.Below(random_.OneIn(3) ? 60 : 1500);
    RowMaker maker(random_, rows_);
    std::string json = "[";
    for (int64_t row = 0; row < rows_; ++row) {
      json += (row > 0 ? ", " : "") + maker.Row(row);
    }
    auto type = arrow::struct_(ArrowSchemaOf(schema_)->fields());
    auto array = arrow::json::ArrayFromJSONString(type, json + "]").ValueOrDie();
    auto batch = arrow::RecordBatch::FromStructArray(array).ValueOrDie()->ReplaceSchema(
        ArrowSchemaOf(schema_));
    testing::ParquetShape shape{
        .row_group_rows = 1 + random_.Below(static_cast<uint32_t>(rows_)),
        .page_rows = 1 + random_.Below(random_.OneIn(2) ? 5 : 200),
        .page_bytes = random_.OneIn(2) ? int64_t{1} << 20 : 1 + random_.Below(2000),
        .page_index = !random_.OneIn(10),
        .dictionary_bytes = random_.OneIn(3) ? 0 : 1 + random_.Below(4000),
        .second_version = random_.OneIn(2)};
    EXPECT_THAT(store_.Write(file_.path, testing::ParquetBytes(*batch.ValueOrDie(), shape),
                             storage::WriteMode::kCreateNew),
                IsOk());
  }

  ReadRequest RandomRequest() {
    ReadRequest request{.schema = schema_};
    for (const NestedField& field : schema_.fields()) {
      if (random_.OneIn(2)) {
        request.columns.push_back(field);
      }
    }
    for (FieldId id : {kPosColumn, kRowIdColumn, kDeletedColumn}) {
      if (random_.OneIn(3)) {
        request.columns.push_back(MetadataColumn(id));
      }
    }
    if (request.columns.empty()) {
      request.columns.push_back(MetadataColumn(kPosColumn));
    }
    return request;
  }

  FileDeletes RandomDeletes() {
    FileDeletes deletes;
    std::vector<int64_t> positions;
    auto vector = std::make_shared<iceberg::DeletionVector>();
    for (int64_t row = 0; row < rows_; ++row) {
      if (random_.OneIn(6)) {
        positions.push_back(row);
        EXPECT_THAT(vector->Add(row), IsOk());
      }
    }
    std::vector<const std::vector<int64_t>*> lists{&positions};
    switch (random_.Below(4)) {
      case 0:
        deletes.positions =
            std::make_shared<const DeletedPositions>(DeletedPositions::FromLists(lists));
        break;
      case 1:
        deletes.positions =
            std::make_shared<const DeletedPositions>(DeletedPositions::FromVector(vector));
        break;
      case 2: {
        auto keys = testing::Longs({1, 2, static_cast<int64_t>(random_.Below(1000))});
        auto set = EqualityDeleteSet::Make({FieldId(1)}, {keys});
        deletes.equality.push_back(std::make_shared<const EqualityDeleteSet>(*std::move(set)));
        break;
      }
      default:
        break;
    }
    return deletes;
  }

  std::shared_ptr<arrow::Table> Read(PageIndexUse use,
                                     const ReadRequest& request,
                                     const BoundExpression& filter,
                                     const FileDeletes& deletes) {
    const ReadOptions options{.batch_rows = batch_rows_, .page_index = use};
    ReadContext context{store_, pool_, options};
    context.options.fetch = fetch_;
    auto reader = DataFileReader::Open(context, request, file_, filter, deletes);
    EXPECT_THAT(reader, IsOk());
    arrow::RecordBatchVector batches;
    while (reader.has_value()) {
      auto batch = (*reader)->Next();
      EXPECT_THAT(batch, IsOk());
      if (!batch.has_value() || *batch == nullptr) {
        counts_ = (*reader)->counts();
        break;
      }
      EXPECT_TRUE((*batch)->ValidateFull().ok());
      batches.push_back(*std::move(batch));
    }
    return arrow::Table::FromRecordBatches((*reader)->schema(), batches)
        .ValueOrDie()
        ->CombineChunks()
        .ValueOrDie();
  }

  static void TearDownTestSuite() { EXPECT_GT(pages_skipped_, 0) << "nothing was tested"; }

  static inline int64_t pages_skipped_ = 0;
  RandomCases random_{GetParam()};
  SystemClock clock_;
  storage::testing::TestFolder folder_;
  storage::InMemoryObjectStore memory_{clock_};
  std::unique_ptr<storage::ObjectStore> local_ =
      storage::LocalObjectStore::Make({.sync = false}).value();
  storage::ObjectStore& store_ = random_.OneIn(2) ? memory_ : *local_;
  ThreadPool pool_{0};
  const iceberg::Schema schema_ = TestSchema();
  FileToRead file_{.path = folder_.At("f"), .first_row_id = 1000};
  int64_t rows_ = 0;
  int64_t batch_rows_ = 1 + random_.Below(random_.OneIn(2) ? 50 : 2000);
  FetchLimits fetch_{.whole_file_bytes = 0,
                     .tail_bytes = 8 + random_.Below(4000),
                     .hole_bytes = random_.Below(500),
                     .request_bytes = 1 + random_.Below(5000)};
  ReadCounts counts_;
};

TEST_P(PageReadPropertyTest, ReturnsWhatItReturnsWithoutTheIndex) {
  for (int round = 0; round < 12; ++round) {
    ReadRequest request = RandomRequest();
    std::string text = RandomFilter(random_, rows_);
    BoundExpression filter = iceberg::testing::FilterOf(text, schema_);
    FileDeletes deletes = RandomDeletes();
    auto expected = Read(PageIndexUse::kNever, request, filter, deletes);
    EXPECT_EQ(counts_.pages_read, 0);
    for (PageIndexUse use : {PageIndexUse::kAlways, PageIndexUse::kWhereItSaves}) {
      auto read = Read(use, request, filter, deletes);
      pages_skipped_ += counts_.pages_skipped;
      EXPECT_TRUE(read->Equals(*expected, arrow::EqualOptions::Defaults().nans_equal(true)))
          << text << "\n"
          << read->num_rows() << " rows instead of " << expected->num_rows();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PageReadPropertyTest, ::testing::Range(0U, 60U));

}  // namespace
}  // namespace firn::columnar
