// The expected locations are what LocationProviders of Iceberg 1.12.0 (Java) gives, those without a
// folder of their own PyIceberg 0.12.0 too; deprecated folders, which those refuse, are by the
// rules of 1.11.
#include "columnar/write/data_locations.h"

#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

using iceberg::PropertyMap;

constexpr const char* kTable = "s3://b/wh/db/t";

PropertyMap Enabled(PropertyMap more = {}) {
  more.emplace("write.object-storage.enabled", "true");
  return more;
}

TEST(DataLocationsTest, Plain) {
  const DataLocations locations("s3://b/wh/db/t/", {{"write.object-storage.path", "s3://o/y"}});
  EXPECT_EQ(locations.LocationOf("", "a.parquet"), "s3://b/wh/db/t/data/a.parquet");
  EXPECT_EQ(locations.LocationOf("k=1/l=2", "a.parquet"), "s3://b/wh/db/t/data/k=1/l=2/a.parquet");
  EXPECT_EQ(locations.folder(), "s3://b/wh/db/t/data");
  EXPECT_EQ(DataLocations(kTable, {{"write.data.path", "s3://o/x//"}}).LocationOf("k=1", "a"),
            "s3://o/x/k=1/a");
  EXPECT_EQ(DataLocations(kTable, {{"write.folder-storage.path", "s3://o/f"}}).LocationOf("", "a"),
            "s3://o/f/a");
  EXPECT_EQ(DataLocations(kTable, {{"write.object-storage.partitioned-paths", "false"}})
                .LocationOf("k=1", "a"),
            "s3://b/wh/db/t/data/k=1/a");
}

TEST(DataLocationsTest, ObjectStorage) {
  const DataLocations locations("s3://b/wh/db/t/", Enabled());
  EXPECT_EQ(locations.LocationOf("", "a"), "s3://b/wh/db/t/data/0101/0110/1001/10110010/a");
  EXPECT_EQ(locations.LocationOf("category=x", "00001.parquet"),
            "s3://b/wh/db/t/data/1101/0101/0001/01100111/category=x/00001.parquet");
  EXPECT_EQ(locations.LocationOf("ümlaut", "ß.parquet"),
            "s3://b/wh/db/t/data/0100/1011/1011/01010110/ümlaut/ß.parquet");
  EXPECT_EQ(locations.LocationOf("", "x-deletes.puffin"),
            "s3://b/wh/db/t/data/1001/0111/1011/01101101/x-deletes.puffin");
  EXPECT_EQ(locations.LocationOf("", "test.parquet"),
            "s3://b/wh/db/t/data/0110/1010/0011/11101000/test.parquet");
  EXPECT_EQ(locations.LocationOf("", "10000000000000000000000000000001.parquet"),
            "s3://b/wh/db/t/data/0000/0100/1000/01010100/10000000000000000000000000000001.parquet");
  EXPECT_EQ(locations.folder(), "s3://b/wh/db/t/data");
}

TEST(DataLocationsTest, ObjectStorageWithoutPartitions) {
  const DataLocations locations(kTable, {{"write.object-storage.enabled", "TRUE"},
                                         {"write.object-storage.partitioned-paths", "false"}});
  EXPECT_EQ(locations.LocationOf("", "a"), "s3://b/wh/db/t/data/0101/0110/1001/10110010-a");
  EXPECT_EQ(locations.LocationOf("category=x", "test.parquet"),
            "s3://b/wh/db/t/data/0110/1010/0011/11101000-test.parquet");
}

TEST(DataLocationsTest, FoldersThatTablesMayShare) {
  const DataLocations locations(kTable, Enabled({{"write.data.path", "s3://o/x/"},
                                                 {"write.object-storage.path", "s3://o/y"}}));
  EXPECT_EQ(locations.LocationOf("", "a"), "s3://o/x/0101/0110/1001/10110010/db/t/a");
  EXPECT_EQ(locations.LocationOf("category=x", "00001.parquet"),
            "s3://o/x/1101/0101/0001/01100111/db/t/category=x/00001.parquet");
  EXPECT_EQ(locations.folder(), "s3://o/x");
  EXPECT_EQ(DataLocations(kTable, Enabled({{"write.data.path", "s3://o/x/"},
                                           {"write.object-storage.partitioned-paths", "false"}}))
                .LocationOf("category=x", "test.parquet"),
            "s3://o/x/0110/1010/0011/11101000/db/t/test.parquet");
  EXPECT_EQ(DataLocations(kTable, Enabled({{"write.data.path", "s3://b/wh/db/t2/x"}}))
                .LocationOf("", "a"),
            "s3://b/wh/db/t2/x/0101/0110/1001/10110010/a");
  EXPECT_EQ(DataLocations("/wh/t", Enabled({{"write.data.path", "file:/o/x"}})).LocationOf("", "a"),
            "file:/o/x/0101/0110/1001/10110010/wh/t/a");
}

TEST(DataLocationsTest, DeprecatedFolders) {
  EXPECT_EQ(DataLocations(kTable, Enabled({{"write.object-storage.path", "s3://o/y"},
                                           {"write.folder-storage.path", "s3://o/f"}}))
                .LocationOf("", "a"),
            "s3://o/y/0101/0110/1001/10110010/db/t/a");
  EXPECT_EQ(DataLocations(kTable, Enabled({{"write.folder-storage.path", "s3://o/f"}}))
                .LocationOf("", "a"),
            "s3://o/f/0101/0110/1001/10110010/db/t/a");
}

/// There the reference implementation leaves an empty name, which no location may have.
TEST(DataLocationsTest, ATableWithoutANamespaceFolder) {
  for (const char* table : {"s3://b/t", "file:/t", "file:///t", "/t"}) {
    EXPECT_EQ(DataLocations(table, Enabled({{"write.data.path", "s3://o/x"}})).LocationOf("", "a"),
              "s3://o/x/0101/0110/1001/10110010/t/a")
        << table;
  }
}

}  // namespace
}  // namespace firn::columnar
