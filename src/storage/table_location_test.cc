#include "storage/table_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::storage {
namespace {

using ::testing::StartsWith;

const Uuid kUuid = *Uuid::Parse("0190a6f0-1234-7abc-8def-0123456789ab");

TEST(TableLocationTest, LevelsAreFoldersAndTablesHaveTheirUuid) {
  std::string base = DefaultNamespaceLocation("s3://bucket/wh/", {{"a", "b c"}});
  EXPECT_EQ(base, "s3://bucket/wh/a/b_c");
  EXPECT_EQ(DefaultTableLocation(base, "t", kUuid), "s3://bucket/wh/a/b_c/t-0190a6f01234");
}

TEST(TableLocationTest, ADeepNamespaceIsOneFolder) {
  NamespacePath deep;
  deep.levels.assign(200, std::string(60, 'x'));
  std::string location = DefaultNamespaceLocation("/wh", deep);
  EXPECT_THAT(location, StartsWith("/wh/"));
  EXPECT_EQ(location.size(), 4U + 32U);
}

TEST(TableLocationTest, VersionsAreReadBackFromNames) {
  std::string location = MetadataFileLocation("file:/t/metadata/", 12, kUuid, false);
  EXPECT_EQ(location, "file:/t/metadata/00012-0190a6f0-1234-7abc-8def-0123456789ab.metadata.json");
  EXPECT_EQ(MetadataFileVersion(location), 12);
  EXPECT_EQ(MetadataFileVersion(MetadataFileLocation("/t", 100'000, kUuid, true)), 100'000);
  EXPECT_EQ(MetadataFileVersion("file:/t/metadata/v3.metadata.json"), 3);
  EXPECT_EQ(MetadataFileVersion("file:/t/metadata/odd.json"), -1);
  EXPECT_EQ(MetadataFileVersion(""), -1);
}

}  // namespace
}  // namespace firn::storage
