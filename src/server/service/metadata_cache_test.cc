#include "server/service/metadata_cache.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace firn::service {
namespace {

TEST(MetadataCacheTest, LeastRecentlyUsedGoesFirst) {
  MetadataCache cache(160'000);
  auto entry = [](int i) {
    return std::make_shared<const MetadataEntry>(
        "file:/" + std::to_string(i), std::make_shared<const iceberg::TableMetadata>(), 4'000);
  };
  for (int i = 0; i < 100; ++i) {
    cache.Insert(entry(i));
  }
  EXPECT_NE(cache.Find("file:/99"), nullptr);
  EXPECT_EQ(cache.Find("file:/0"), nullptr);
  EXPECT_LE(cache.stats().bytes, 8U * 20'000);
}

}  // namespace
}  // namespace firn::service
