#include "server/service/stored_version.h"

#include <gtest/gtest.h>

#include "iceberg/metadata/table_metadata.h"

namespace firn::service {
namespace {

TEST(StoredVersion, IsReadAsItWasWritten) {
  auto table = std::make_shared<iceberg::TableMetadata>();
  table->uuid = "a \"uuid\"\n";
  auto version = ParseReference(ReferenceTo(MetadataEntry("file:/t/{1}", std::move(table), 1)));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->metadata_location, "file:/t/{1}");
  EXPECT_EQ(version->uuid, "a \"uuid\"\n");
}

TEST(StoredVersion, FormerServersKeptThePlaceOnly) {
  auto version = ParseReference("file:/t/metadata/1.json");
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->metadata_location, "file:/t/metadata/1.json");
  EXPECT_EQ(version->uuid, "");
}

TEST(StoredVersion, AStagedTableIsNone) {
  EXPECT_FALSE(ParseReference(R"({"format-version":2,"table-uuid":"u"})").has_value());
  EXPECT_FALSE(ParseReference("{").has_value());
}

}  // namespace
}  // namespace firn::service
