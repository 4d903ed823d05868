#include "columnar/kernels/keep_rows.h"

#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/extension/uuid.h>
#include <arrow/extension_type.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/testing/random_cases.h"

namespace firn::columnar {
namespace {

using iceberg::testing::RandomCases;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

BatchPtr ByArrow(const BatchPtr& batch, const std::vector<uint8_t>& mask) {
  arrow::BooleanBuilder builder;
  EXPECT_TRUE(builder.AppendValues(mask.data(), static_cast<int64_t>(mask.size())).ok());
  return arrow::compute::Filter(batch, builder.Finish().ValueOrDie()).ValueOrDie().record_batch();
}

void ExpectSame(const BatchPtr& batch, const std::vector<uint8_t>& mask) {
  auto kept = KeepRows(*batch, mask, arrow::default_memory_pool());
  ASSERT_TRUE(kept.has_value());
  ASSERT_TRUE((*kept)->ValidateFull().ok()) << (*kept)->ValidateFull();
  BatchPtr expected = ByArrow(batch, mask);
  EXPECT_TRUE((*kept)->Equals(*expected, arrow::EqualOptions::Defaults().nans_equal(true)))
      << (*kept)->ToString() << expected->ToString();
}

/// Runs of any length, also such that few or nearly all rows are kept.
std::vector<uint8_t> RandomMask(RandomCases& random, size_t rows) {
  std::vector<uint8_t> mask;
  const uint32_t longest = 1 + random.Below(random.OneIn(2) ? 4 : 200);
  while (mask.size() < rows) {
    const auto run = std::min<size_t>(1 + random.Below(longest), rows - mask.size());
    mask.insert(mask.end(), run, random.OneIn(3) ? 0 : 1);
  }
  return mask;
}

TEST(KeepRowsTest, KeepsWhatArrowsFilterKeeps) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    iceberg::Schema schema = random.NewSchema();
    std::vector<iceberg::StructValue> rows;
    for (uint32_t i = 0; i < 2 + random.Below(400); ++i) {
      rows.push_back(random.Row(schema));
    }
    BatchPtr batch = testing::BatchOf(schema, rows);
    const int64_t begin = random.Below(static_cast<uint32_t>(rows.size()) / 2);
    batch = batch->Slice(begin, batch->num_rows() - begin - random.Below(2));
    ExpectSame(batch, RandomMask(random, static_cast<size_t>(batch->num_rows())));
  }
}

/// Types that the table's random schemas have not.
TEST(KeepRowsTest, KeepsEveryTypeOfArrow) {
  const std::string numbers = "[1, null, 3, 4, null, 6, 7, 8, 9, 10, 11, 12]";
  const std::string texts = R"(["a", null, "ccc", "", "e", "ff", null, "h", "i", "j", "k", "l"])";
  const std::string lists = "[[1], null, [3, 4], [], [5], [6], [7], [8, 8], null, [], [11], [12]]";
  const std::string three = R"(["abc", null, "def", "ghi", "jkl", "mno", null, "pqr", "stu",
                                "vwx", "yza", "bcd"])";
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> cases = {
      {arrow::int8(), numbers},
      {arrow::uint16(), numbers},
      {arrow::float32(), numbers},
      {arrow::date64(), "[86400000, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 86400000]"},
      {arrow::large_utf8(), texts},
      {arrow::large_binary(), texts},
      {arrow::dictionary(arrow::int32(), arrow::utf8()), texts},
      {arrow::list(arrow::int32()), lists},
      {arrow::large_list(arrow::int64()), lists},
      {arrow::fixed_size_binary(3), three},
      {arrow::null(), "[null, null, null, null, null, null, null, null, null, null, null, null]"},
      {arrow::struct_({arrow::field("n", arrow::int16()), arrow::field("t", arrow::utf8())}),
       R"([{"n": 1, "t": "a"}, null, {"n": null, "t": "b"}, {"n": 4, "t": null}, null, null,
           {"n": 7, "t": "c"}, {"n": 8, "t": "d"}, null, {"n": 1, "t": "a"}, null, null])"},
  };
  const std::vector<uint8_t> mask = {1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1};
  for (const auto& [type, json] : cases) {
    SCOPED_TRACE(type->ToString());
    auto column = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
    auto schema = arrow::schema({arrow::field("c", type)});
    ExpectSame(arrow::RecordBatch::Make(schema, column->length(), {column}), mask);
    auto sliced = column->Slice(3);
    ExpectSame(arrow::RecordBatch::Make(schema, sliced->length(), {sliced}),
               {mask.begin() + 3, mask.end()});
  }
}

TEST(KeepRowsTest, AnExtensionStaysOne) {
  auto storage = arrow::json::ArrayFromJSONString(
                     arrow::fixed_size_binary(16),
                     R"(["0123456789abcdef", "1123456789abcdef", "2123456789abcdef"])")
                     .ValueOrDie();
  auto column = arrow::ExtensionType::WrapArray(arrow::extension::uuid(), storage);
  auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("u", column->type())}), 3, {column});
  ASSERT_OK_AND_ASSIGN(
      BatchPtr kept, KeepRows(*batch, std::vector<uint8_t>{1, 0, 1}, arrow::default_memory_pool()));
  EXPECT_TRUE(kept->column(0)->type()->Equals(column->type()));
  const auto& values = static_cast<const arrow::ExtensionArray&>(*kept->column(0));
  EXPECT_EQ(static_cast<const arrow::FixedSizeBinaryArray&>(*values.storage()).GetView(1)[0], '2');
}

TEST(KeepRowsTest, TextsMayHaveNoBytes) {
  auto offsets = arrow::Buffer::FromVector(std::vector<int32_t>{0, 0, 0, 0});
  auto column = arrow::MakeArray(
      arrow::ArrayData::Make(arrow::utf8(), 3, {nullptr, std::move(offsets), nullptr}, 0));
  auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("t", arrow::utf8())}), 3, {column});
  ASSERT_OK_AND_ASSIGN(
      BatchPtr kept, KeepRows(*batch, std::vector<uint8_t>{1, 0, 1}, arrow::default_memory_pool()));
  EXPECT_EQ(kept->num_rows(), 2);
  EXPECT_EQ(static_cast<const arrow::StringArray&>(*kept->column(0)).GetView(1), "");
}

TEST(KeepRowsTest, WhatIsKeptHoldsNothingOfTheBatch) {
  auto column = testing::Longs({1, 2, 3, 4, 5});
  auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}), 5, {column});
  ASSERT_OK_AND_ASSIGN(BatchPtr kept, KeepRows(*batch, std::vector<uint8_t>{0, 1, 1, 1, 0},
                                               arrow::default_memory_pool()));
  EXPECT_EQ(kept->num_rows(), 3);
  EXPECT_TRUE(kept->column(0)->Equals(*column->Slice(1, 3)));
  EXPECT_NE(kept->column(0)->data()->buffers[1], column->data()->buffers[1]);
  EXPECT_EQ(kept->column(0)->data()->buffers[1]->size(), 24);
  ASSERT_OK_AND_ASSIGN(kept,
                       KeepRows(*batch, std::vector<uint8_t>(5, 0), arrow::default_memory_pool()));
  EXPECT_EQ(kept->num_rows(), 0);
  ASSERT_TRUE(kept->ValidateFull().ok());
}

}  // namespace
}  // namespace firn::columnar
