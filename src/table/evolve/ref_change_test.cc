#include "table/evolve/ref_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using iceberg::SnapshotId;
using iceberg::TableMetadataPtr;
using iceberg::testing::Append;
using iceberg::testing::At;
using iceberg::testing::MustApply;
using iceberg::testing::NewTestTable;

/// Snapshots 1, 2, 3 on main.
class RefChangeTest : public ::testing::Test {
 protected:
  void Must(Result<Updates> updates) {
    ASSERT_TRUE(updates.has_value()) << updates.error().Describe();
    table_ = MustApply(table_, *updates, At(++seconds_));
  }

  SnapshotId Ref(std::string_view name) { return table_->FindRef(name)->snapshot_id; }

  static iceberg::NamedRef Named(std::string name,
                                 int64_t snapshot,
                                 iceberg::SnapshotRefType type) {
    iceberg::NamedRef ref{std::move(name), {}};
    ref.ref.snapshot_id = SnapshotId(snapshot);
    ref.ref.type = type;
    return ref;
  }

  int64_t seconds_ = 3;
  TableMetadataPtr table_ = Append(Append(Append(NewTestTable(2), 1, 1), 2, 2), 3, 3);
};

constexpr auto kBranch = iceberg::SnapshotRefType::kBranch;
constexpr auto kTag = iceberg::SnapshotRefType::kTag;

TEST_F(RefChangeTest, BranchesAndTags) {
  Must(CreateRef(*table_, Named("audit", 1, kBranch)));
  Must(CreateRef(*table_, Named("v1", 2, kTag)));
  EXPECT_THAT(CreateRef(*table_, Named("v1", 3, kTag)), IsError(ErrorCode::kAlreadyExists));
  EXPECT_THAT(CreateRef(*table_, Named("x", 9, kTag)), IsError(ErrorCode::kInvalidArgument));
  Must(ReplaceRef(*table_, "v1", SnapshotId(3)));
  EXPECT_EQ(Ref("v1"), SnapshotId(3));
  EXPECT_FALSE(table_->FindRef("v1")->is_branch());
  Must(RemoveRef(*table_, "v1"));
  EXPECT_EQ(table_->FindRef("v1"), nullptr);
  EXPECT_THAT(RemoveRef(*table_, "v1"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RemoveRef(*table_, "main"), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(RefChangeTest, FastForwardFollowsAncestry) {
  Must(CreateRef(*table_, Named("audit", 1, kBranch)));
  Must(CreateRef(*table_, Named("v1", 1, kTag)));
  EXPECT_THAT(FastForward(*table_, "main", "audit"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(FastForward(*table_, "v1", "main"), IsError(ErrorCode::kInvalidArgument));
  Must(FastForward(*table_, "audit", "main"));
  EXPECT_EQ(Ref("audit"), SnapshotId(3));
  Must(FastForward(*table_, "new", "v1"));
  EXPECT_EQ(Ref("new"), SnapshotId(1));
}

TEST_F(RefChangeTest, Retention) {
  Must(CreateRef(*table_, Named("v1", 1, kTag)));
  Must(SetRetention(*table_, "main", {.min_snapshots_to_keep = 5, .max_snapshot_age_ms = 1000}));
  Must(SetRetention(*table_, "main", {.max_snapshot_age_ms = 2000}));
  EXPECT_EQ(table_->FindRef("main")->min_snapshots_to_keep, 5);
  EXPECT_EQ(table_->FindRef("main")->max_snapshot_age_ms, 2000);
  EXPECT_THAT(SetRetention(*table_, "v1", {.min_snapshots_to_keep = 5}),
              IsError(ErrorCode::kInvalidArgument));
  Must(ReplaceRef(*table_, "main", SnapshotId(2)));
  EXPECT_EQ(table_->FindRef("main")->min_snapshots_to_keep, 5);
}

TEST_F(RefChangeTest, RollbackGoesToAncestors) {
  Must(Rollback(*table_, SnapshotId(1)));
  EXPECT_EQ(table_->current_snapshot_id, SnapshotId(1));
  EXPECT_THAT(Rollback(*table_, SnapshotId(3)), IsError(ErrorCode::kInvalidArgument));
  Must(SetCurrentSnapshot(*table_, SnapshotId(3)));
  EXPECT_EQ(table_->current_snapshot_id, SnapshotId(3));
}

TEST_F(RefChangeTest, RollbackToTimeTakesTheNewestBefore) {
  TimestampMs created = iceberg::testing::kCreated;
  Must(RollbackToTime(*table_, TimestampMs(created.value() + 2'500)));
  EXPECT_EQ(table_->current_snapshot_id, SnapshotId(2));
  EXPECT_THAT(RollbackToTime(*table_, created), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(RefChangeTest, WhatIsSoAlreadyNeedsNoCommit) {
  auto updates = ReplaceRef(*table_, "main", SnapshotId(3));
  ASSERT_TRUE(updates.has_value());
  EXPECT_TRUE(updates->empty());
}

}  // namespace
}  // namespace firn::table
