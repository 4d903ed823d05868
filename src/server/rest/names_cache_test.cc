// Answers about names kept for the I/O threads.
#include "server/rest/names_cache.h"

#include <gtest/gtest.h>

namespace firn::rest {
namespace {

constexpr store::WarehouseId kWarehouse{1};
constexpr std::string_view kTarget = "/v1/namespaces/a";

http::Body BodyOf(size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST(NamesCacheTest, GivesAnAnswerOfItsGenerationOnly) {
  NamesCache cache;
  http::Body body = BodyOf(10);
  cache.Put({kWarehouse, kTarget}, 7, body);
  EXPECT_EQ(cache.Find({kWarehouse, kTarget}, 7), body);
  EXPECT_EQ(cache.Find({kWarehouse, kTarget}, 8), nullptr);
  EXPECT_EQ(cache.Find({store::WarehouseId{2}, kTarget}, 7), nullptr);
  EXPECT_EQ(cache.Find({kWarehouse, "/v1/namespaces/b"}, 7), nullptr);
  cache.Put({kWarehouse, kTarget}, 8, body);
  EXPECT_EQ(cache.Find({kWarehouse, kTarget}, 8), body);
}

TEST(NamesCacheTest, IsBounded) {
  NamesCache cache;
  cache.Put({kWarehouse, kTarget}, 1, BodyOf(NamesCache::kMaxBodyBytes + 1));
  EXPECT_EQ(cache.Find({kWarehouse, kTarget}, 1), nullptr);
  constexpr int kAnswers = 1'000;
  int kept = 0;
  for (int i = 0; i < kAnswers; ++i) {
    cache.Put({kWarehouse, std::to_string(i)}, 1, BodyOf(NamesCache::kMaxBodyBytes));
  }
  for (int i = 0; i < kAnswers; ++i) {
    kept += cache.Find({kWarehouse, std::to_string(i)}, 1) != nullptr ? 1 : 0;
  }
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, kAnswers / 10);
}

}  // namespace
}  // namespace firn::rest
