#include <memory>
#include <random>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columnar/testing/batches.h"
#include "columnar/write/dictionary_choice_internal.h"

namespace firn::columnar {
namespace {

constexpr int64_t kRows = 16 << 10;
constexpr int64_t kBytes = 2 << 20;

std::shared_ptr<arrow::Array> RandomLongs(uint64_t below) {
  std::mt19937_64 random(7);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < kRows; ++i) {
    values.push_back(static_cast<int64_t>(random() % below));
  }
  return testing::Longs(values);
}

TEST(DictionaryChoiceTest, UniqueValuesOutgrowIt) {
  std::vector<int64_t> values;
  std::vector<std::string> texts;
  for (int64_t i = 0; i < kRows; ++i) {
    values.push_back(i);
    texts.push_back("text " + std::to_string(i));
  }
  EXPECT_TRUE(OutgrowsDictionary(testing::Longs(values), kBytes));
  EXPECT_TRUE(OutgrowsDictionary(testing::Texts(texts), kBytes));
  values.resize(100);
  EXPECT_FALSE(OutgrowsDictionary(testing::Longs(values), kBytes)) << "too few to tell";
}

TEST(DictionaryChoiceTest, ValuesThatRepeatDoNotAsFarAsTheyFit) {
  // 2 MiB hold 262,144 longs.
  EXPECT_FALSE(OutgrowsDictionary(RandomLongs(100), kBytes));
  EXPECT_FALSE(OutgrowsDictionary(RandomLongs(100'000), kBytes));
  EXPECT_TRUE(OutgrowsDictionary(RandomLongs(2'000'000), kBytes));
  EXPECT_TRUE(OutgrowsDictionary(RandomLongs(100'000), 64 << 10));
}

TEST(DictionaryChoiceTest, FewLongTextsDoNot) {
  for (int64_t distinct : {1, 100}) {
    std::vector<std::string> texts;
    for (int64_t i = 0; i < kRows; ++i) {
      texts.push_back(std::string(400, 'x') + std::to_string(i % distinct));
    }
    EXPECT_FALSE(OutgrowsDictionary(testing::Texts(texts), kBytes)) << distinct;
    EXPECT_FALSE(OutgrowsDictionary(testing::Texts(texts), 64 << 10)) << distinct;
  }
}

TEST(DictionaryChoiceTest, NullsAreNoValues) {
  auto none = arrow::MakeArrayOfNull(arrow::int64(), kRows).ValueOrDie();
  EXPECT_FALSE(OutgrowsDictionary(none, kBytes));
}

}  // namespace
}  // namespace firn::columnar
