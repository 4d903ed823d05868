#include "base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(NearestTest, TheNearestFirst) {
  std::vector<std::string> words = {"price", "priority", "Prize", "id"};
  EXPECT_THAT(NearestWords("pric", words, 2), ElementsAre("price", "Prize"));
  EXPECT_THAT(NearestWords("PRIZE", words, 1), ElementsAre("Prize"));
  EXPECT_THAT(NearestWords("x", words, 9), ElementsAre("id", "price", "Prize", "priority"));
  EXPECT_THAT(NearestWords("x", {}, 3), IsEmpty());
  EXPECT_THAT(NearestWords(std::string(kMaxNearestBytes + 1, 'p'), words, 3), IsEmpty());
  words.emplace_back(kMaxNearestBytes + 1, 'p');
  EXPECT_THAT(NearestWords("p", words, words.size()), Not(Contains(words.back())));
}

TEST(NearestTest, AHintNamesThreeAtMost) {
  const std::vector<std::string> words = {"price", "customer", "Prize", "prizes"};
  EXPECT_EQ(NearestHint("pric", words), "; the nearest: price, Prize, prizes");
  EXPECT_EQ(NearestHint("pric", {}), "");
}

TEST(NearestTest, Distances) {
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("same", "same"), 0U);
}

}  // namespace
}  // namespace firn
