#include "features/keys/key_index.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <arrow/json/from_string.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using ::testing::ElementsAre;

constexpr uint32_t kNone = KeyIndex::kNoKey;

using ArrayPtr = std::shared_ptr<arrow::Array>;

ArrayPtr Column(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

std::vector<uint32_t> Numbers(KeyIndex& index, const arrow::ArrayVector& columns) {
  std::vector<KeyType> types;
  for (const ArrayPtr& column : columns) {
    types.push_back(KeyTypeOf(*column->type()).value());
  }
  auto keys = EncodeKeys(types, columns, columns[0]->length());
  EXPECT_THAT(keys, IsOk());
  std::vector<uint32_t> numbers(keys->rows());
  EXPECT_THAT(index.Insert(*keys, numbers), IsOk());
  std::vector<uint32_t> found(keys->rows());
  index.Find(*keys, found);
  EXPECT_EQ(found, numbers);
  return numbers;
}

TEST(KeyIndexTest, IntegersMeetWhateverTheirWidth) {
  KeyIndex index;
  EXPECT_THAT(Numbers(index, {Column(arrow::int64(), "[7, -1, null, 7]")}),
              ElementsAre(0, 1, kNone, 0));
  EXPECT_THAT(Numbers(index, {Column(arrow::int8(), "[-1, 7]")}), ElementsAre(1, 0));
  EXPECT_THAT(Numbers(index, {Column(arrow::uint32(), "[4294967295]")}), ElementsAre(2));
}

TEST(KeyIndexTest, RealNumbersGoByValue) {
  KeyIndex index;
  EXPECT_THAT(Numbers(index, {Column(arrow::float64(), "[0.0, -0.0, NaN, NaN, 1]")}),
              ElementsAre(0, 0, 1, 1, 2));
  EXPECT_THAT(Numbers(index, {Column(arrow::float32(), "[1, -0.0]")}), ElementsAre(2, 0));
}

TEST(KeyIndexTest, InstantsMeetWhateverTheirUnit) {
  KeyIndex index;
  auto column = [](arrow::TimeUnit::type unit, const std::string& json) {
    return Column(arrow::timestamp(unit), json);
  };
  EXPECT_THAT(Numbers(index, {column(arrow::TimeUnit::MICRO, "[-1, 5000]")}), ElementsAre(0, 1));
  EXPECT_THAT(Numbers(index, {column(arrow::TimeUnit::NANO, "[5000000, -1000, -1]")}),
              ElementsAre(1, 0, 2));
  EXPECT_THAT(Numbers(index, {column(arrow::TimeUnit::SECOND, "[9223372036854775807]")}),
              ElementsAre(3));
}

TEST(KeyIndexTest, PartsOfAKeyDoNotRunIntoOneAnother) {
  KeyIndex index;
  EXPECT_THAT(Numbers(index, {Column(arrow::utf8(), R"(["a", "ab", "", "a", null])"),
                              Column(arrow::utf8(), R"(["bc", "c", "abc", "bc", "x"])")}),
              ElementsAre(0, 1, 2, 0, kNone));
}

TEST(KeyIndexTest, TypesThatAreNoKeysAreRefused) {
  EXPECT_THAT(KeyTypeOf(*arrow::list(arrow::int64())), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(KeyTypeOf(*arrow::uint64()), IsError(ErrorCode::kInvalidArgument));
  EXPECT_NE(KeyTypeOf(*arrow::utf8()).value(), KeyTypeOf(*arrow::binary()).value());
  EXPECT_NE(KeyTypeOf(*arrow::decimal128(9, 2)).value(),
            KeyTypeOf(*arrow::decimal128(9, 3)).value());
}

TEST(KeyIndexTest, ManyKeysAreFoundAgain) {
  std::mt19937 random(7);
  KeyIndex index;
  std::map<std::pair<int64_t, std::string>, uint32_t> expected;
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<int64_t> longs;
    std::vector<std::string> texts;
    std::vector<uint32_t> wanted;
    for (int row = 0; row < 2000; ++row) {
      longs.push_back(static_cast<int64_t>(random() % 200));
      texts.push_back("\"" + std::string(random() % 12, static_cast<char>('a' + random() % 3)) +
                      "\"");
      auto next = static_cast<uint32_t>(expected.size());
      wanted.push_back(expected.try_emplace({longs.back(), texts.back()}, next).first->second);
    }
    EXPECT_EQ(Numbers(index, {Column(arrow::int64(), fmt::format("[{}]", fmt::join(longs, ","))),
                              Column(arrow::utf8(), fmt::format("[{}]", fmt::join(texts, ",")))}),
              wanted);
  }
  EXPECT_EQ(index.size(), expected.size());
}

TEST(KeyIndexTest, WithoutColumnsThereIsOneKey) {
  KeyIndex index;
  auto keys = EncodeKeys({}, {}, 3);
  ASSERT_THAT(keys, IsOk());
  std::vector<uint32_t> numbers(3);
  ASSERT_THAT(index.Insert(*keys, numbers), IsOk());
  EXPECT_THAT(numbers, ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace firn::features
