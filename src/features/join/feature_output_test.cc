#include "features/join/feature_output.h"

#include <string>
#include <vector>

#include <arrow/chunked_array.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using firn::testing::IsOk;

struct Case {
  std::shared_ptr<arrow::DataType> type;
  std::string values;
  std::string expected;
};

std::shared_ptr<arrow::Array> Column(const std::shared_ptr<arrow::DataType>& type,
                                     const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

class FeatureOutputTest : public ::testing::TestWithParam<Case> {};

// Of values v0 null v2 v3 and, in a second batch, the same again: row 0 nothing, 1 <- v2, 2 <- v0,
// 3 <- null, 4 <- v2, 5 <- v3 of the second.
TEST_P(FeatureOutputTest, ValuesComeToTheirRows) {
  const Case& c = GetParam();
  ASSERT_OK_AND_ASSIGN(auto output, FeatureOutput::Make(c.type, 6, arrow::default_memory_pool()));
  auto values = Column(c.type, c.values);
  const std::vector<RowMove> first = {{0, 2}, {1, 3}, {2, 1}, {2, 4}};
  EXPECT_THAT(output->Put(values, first), IsOk());
  const std::vector<RowMove> second = {{2, 5}};
  EXPECT_THAT(output->Put(values->Slice(1), second), IsOk());
  ASSERT_OK_AND_ASSIGN(auto column, output->Finish());
  EXPECT_TRUE(column->ValidateFull().ok());
  EXPECT_TRUE(column->Equals(arrow::ChunkedArray(Column(c.type, c.expected))))
      << column->ToString();
}

TEST_P(FeatureOutputTest, RowsWithoutValuesAreNull) {
  const Case& c = GetParam();
  for (int64_t rows : {0, 9}) {
    ASSERT_OK_AND_ASSIGN(auto output,
                         FeatureOutput::Make(c.type, rows, arrow::default_memory_pool()));
    ASSERT_OK_AND_ASSIGN(auto column, output->Finish());
    EXPECT_TRUE(column->ValidateFull().ok());
    EXPECT_EQ(column->length(), rows);
    EXPECT_EQ(column->null_count(), rows);
    EXPECT_TRUE(column->type()->Equals(*c.type));
  }
}

TEST(FeatureOutputMemoryTest, WhatWasPutIsOfThePool) {
  constexpr int64_t kBytes = 100'000;
  arrow::ProxyMemoryPool memory(arrow::default_memory_pool());
  ASSERT_OK_AND_ASSIGN(auto output, FeatureOutput::Make(arrow::utf8(), 2, &memory));
  const std::vector<RowMove> moves = {{0, 1}};
  EXPECT_THAT(output->Put(Column(arrow::utf8(), "[\"" + std::string(kBytes, 'x') + "\"]"), moves),
              IsOk());
  EXPECT_GE(memory.bytes_allocated(), kBytes);
}

INSTANTIATE_TEST_SUITE_P(
    Types,
    FeatureOutputTest,
    ::testing::Values(Case{arrow::int32(), "[5, null, 7, 8]", "[null, 7, 5, null, 7, 8]"},
                      Case{arrow::float64(), "[0.5, null, 7, 8]", "[null, 7, 0.5, null, 7, 8]"},
                      Case{arrow::boolean(), "[false, null, true, false]",
                           "[null, true, false, null, true, false]"},
                      Case{arrow::utf8(), R"(["", null, "abc", "d"])",
                           R"([null, "abc", "", null, "abc", "d"])"},
                      Case{arrow::decimal128(9, 2), R"(["1.25", null, "7.00", "8.00"])",
                           R"([null, "7.00", "1.25", null, "7.00", "8.00"])"},
                      Case{arrow::fixed_size_binary(3), R"(["aaa", null, "bbb", "ccc"])",
                           R"([null, "bbb", "aaa", null, "bbb", "ccc"])"},
                      Case{arrow::list(arrow::int64()), "[[], null, [1, null], [2]]",
                           "[null, [1, null], [], null, [1, null], [2]]"},
                      Case{arrow::struct_({arrow::field("x", arrow::utf8())}),
                           R"([{"x": "a"}, null, {"x": null}, {"x": "c"}])",
                           R"([null, {"x": null}, {"x": "a"}, null, {"x": null}, {"x": "c"}])"}),
    [](const auto& test) { return "Type" + std::to_string(test.index); });

}  // namespace
}  // namespace firn::features
