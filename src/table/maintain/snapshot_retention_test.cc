#include "table/maintain/snapshot_retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using iceberg::SnapshotId;
using iceberg::SnapshotRef;
using iceberg::SnapshotRefType;
using iceberg::TableMetadataPtr;
using iceberg::testing::At;
using iceberg::testing::MustApply;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

/// Snapshots 1 to `count`, one every 100 seconds.
TableMetadataPtr Chain(int64_t count) {
  TableMetadataPtr table = iceberg::testing::NewTestTable(2);
  for (int64_t id = 1; id <= count; ++id) {
    table = iceberg::testing::Append(table, id, id * 100);
  }
  return table;
}

TimestampMs Seconds(int64_t seconds) {
  return TimestampMs(iceberg::testing::kCreated.value() + seconds * 1000);
}

TableMetadataPtr WithRef(const TableMetadataPtr& table,
                         const std::string& name,
                         const SnapshotRef& ref) {
  return MustApply(table, {iceberg::SetSnapshotRef{name, ref}}, At(5000));
}

TableMetadataPtr WithProperties(const TableMetadataPtr& table, iceberg::PropertyMap properties) {
  return MustApply(table, {iceberg::SetProperties{std::move(properties)}}, At(5000));
}

auto Snapshots(std::vector<int64_t> ids) {
  std::vector<SnapshotId> expected;
  for (int64_t id : ids) {
    expected.emplace_back(id);
  }
  return IsOkAnd(Field(&Expired::snapshots, ::testing::ElementsAreArray(expected)));
}

TEST(SnapshotRetentionTest, DefaultsAreFiveDaysAndOneSnapshot) {
  TableMetadataPtr table = Chain(3);
  const int64_t five_days = int64_t{5} * 24 * 3600;
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(five_days + 100)), Snapshots({}));
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(five_days + 201)), Snapshots({1, 2}));
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(five_days * 100)), Snapshots({1, 2}));
}

TEST(SnapshotRetentionTest, AgeAndCountByOptions) {
  TableMetadataPtr table = Chain(5);
  EXPECT_THAT(SelectExpired(*table, {.older_than = Seconds(300)}, Seconds(900)), Snapshots({1, 2}));
  EXPECT_THAT(
      SelectExpired(*table, {.older_than = Seconds(900), .min_snapshots_to_keep = 2}, Seconds(900)),
      Snapshots({1, 2, 3}));
  EXPECT_THAT(SelectExpired(*table, {.min_snapshots_to_keep = 0}, Seconds(900)),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotRetentionTest, AgeAndCountByProperties) {
  TableMetadataPtr table = WithProperties(
      Chain(5),
      {{"history.expire.max-snapshot-age-ms", "1"}, {"history.expire.min-snapshots-to-keep", "3"}});
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(9000)), Snapshots({1, 2}));
  table = WithProperties(table, {{"history.expire.max-snapshot-age-ms", "9999999999999"}});
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(9000)), Snapshots({}));
  table = WithProperties(table, {{"history.expire.max-snapshot-age-ms", "soon"}});
  EXPECT_THAT(SelectExpired(*table, {}, Seconds(9000)), IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotRetentionTest, ABranchHasItsOwnRules) {
  TableMetadataPtr table =
      WithRef(Chain(5), "audit", {.snapshot_id = SnapshotId(4), .min_snapshots_to_keep = 2});
  EXPECT_THAT(SelectExpired(*table, {.older_than = Seconds(900)}, Seconds(900)), Snapshots({1, 2}));
  table = WithRef(table, "audit",
                  {.snapshot_id = SnapshotId(4), .max_snapshot_age_ms = int64_t{700} * 1000});
  EXPECT_THAT(SelectExpired(*table, {.older_than = Seconds(900)}, Seconds(900)), Snapshots({1}));
}

TEST(SnapshotRetentionTest, RefsGoByTheirAge) {
  TableMetadataPtr table = WithRef(
      Chain(5), "old",
      {.snapshot_id = SnapshotId(2), .type = SnapshotRefType::kTag, .max_ref_age_ms = 1000});
  table = WithRef(table, "kept", {.snapshot_id = SnapshotId(1), .type = SnapshotRefType::kTag});
  auto expired = SelectExpired(*table, {.older_than = Seconds(900)}, Seconds(900));
  EXPECT_THAT(expired, Snapshots({2, 3, 4}));
  EXPECT_THAT(expired, IsOkAnd(Field(&Expired::refs, ElementsAre("old"))));
  table = WithProperties(table, {{"history.expire.max-ref-age-ms", "1000"}});
  expired = SelectExpired(*table, {.older_than = Seconds(900)}, Seconds(900));
  EXPECT_THAT(expired, IsOkAnd(Field(&Expired::refs, ElementsAre("old", "kept"))));
  EXPECT_THAT(expired, Snapshots({1, 2, 3, 4}));
}

TEST(SnapshotRetentionTest, WhatNoRefLeadsToGoesByAge) {
  // Main moved back to 2: 3 to 5 are staged or rolled back.
  TableMetadataPtr table = WithRef(Chain(5), "main", {.snapshot_id = SnapshotId(2)});
  EXPECT_THAT(SelectExpired(*table, {.older_than = Seconds(450)}, Seconds(900)),
              Snapshots({1, 3, 4}));
}

TEST(SnapshotRetentionTest, NamedSnapshotsGo) {
  TableMetadataPtr table = Chain(5);
  const RetentionOptions named{.rule = RetentionRule::kNamedOnly, .snapshots = {SnapshotId(3)}};
  EXPECT_THAT(SelectExpired(*table, named, Seconds(99'999'999)), Snapshots({3}));
  EXPECT_THAT(SelectExpired(*table, {.older_than = Seconds(200), .snapshots = {SnapshotId(3)}},
                            Seconds(900)),
              Snapshots({1, 3}));
  EXPECT_THAT(SelectExpired(*table, {.snapshots = {SnapshotId(5)}}, Seconds(900)),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(SelectExpired(*table, {.snapshots = {SnapshotId(77)}}, Seconds(900)),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotRetentionTest, AnEmptyTableHasNothingToLose) {
  EXPECT_THAT(SelectExpired(*iceberg::testing::NewTestTable(2), {}, Seconds(99'999'999)),
              IsOkAnd(Field(&Expired::snapshots, IsEmpty())));
}

}  // namespace
}  // namespace firn::table
