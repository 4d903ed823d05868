#include "iceberg/metadata/snapshot_line.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iceberg/metadata/testing/tables.h"

namespace firn::iceberg {
namespace {

using ::testing::ElementsAre;

std::vector<int64_t> IdsOf(const TableMetadata& table, int64_t newest) {
  std::vector<int64_t> ids;
  SnapshotLine line(table, table.FindSnapshot(SnapshotId(newest)));
  while (const Snapshot* snapshot = line.Next()) {
    ids.push_back(snapshot->id.value());
  }
  return ids;
}

TEST(SnapshotLineTest, GoesFromChildToParent) {
  const TableMetadataPtr table =
      testing::Append(testing::Append(testing::NewTestTable(2), 1, 1), 2, 2);
  EXPECT_THAT(IdsOf(*table, 2), ElementsAre(2, 1));
  EXPECT_THAT(IdsOf(*table, 9), ElementsAre());
  EXPECT_TRUE(IsAncestorOf(*table, SnapshotId(1), SnapshotId(2)));
  EXPECT_TRUE(IsAncestorOf(*table, SnapshotId(2), SnapshotId(2)));
  EXPECT_FALSE(IsAncestorOf(*table, SnapshotId(2), SnapshotId(1)));
}

TEST(SnapshotLineTest, EndsInARing) {
  TableMetadataPtr table = testing::Append(testing::NewTestTable(2), 1, 1);
  Snapshot own_parent = testing::NextSnapshot(*table, 2, 2);
  own_parent.parent_id = own_parent.id;
  table =
      testing::MustApply(table, testing::AppendUpdates(own_parent, kMainBranch), testing::At(2));
  EXPECT_THAT(IdsOf(*table, 2), ElementsAre(2, 2));
  EXPECT_FALSE(IsAncestorOf(*table, SnapshotId(1), SnapshotId(2)));
}

}  // namespace
}  // namespace firn::iceberg
