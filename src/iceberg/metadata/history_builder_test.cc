// The history side of ApplyUpdates: snapshots, refs and the snapshot log.
#include <limits>

#include "base/testing/matchers.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Append;
using testing::AppendUpdates;
using testing::At;
using testing::MustApply;
using testing::NewTestTable;
using testing::NextSnapshot;

Result<TableMetadataPtr> Apply(const TableMetadataPtr& base,
                               std::vector<TableUpdate> updates,
                               int64_t seconds) {
  At at(seconds);
  return ApplyUpdates(base, updates, at);
}

AddSnapshot Added(Snapshot snapshot) {
  return {std::make_shared<const Snapshot>(std::move(snapshot))};
}

SetSnapshotRef SetRef(std::string_view name, int64_t id, SnapshotRefType type) {
  SetSnapshotRef set{std::string(name), {}};
  set.ref.snapshot_id = SnapshotId(id);
  set.ref.type = type;
  return set;
}

SetSnapshotRef SetMain(int64_t id) { return SetRef(kMainBranch, id, SnapshotRefType::kBranch); }

std::vector<int64_t> LogIds(const TableMetadata& table) {
  std::vector<int64_t> ids;
  for (const SnapshotLogEntry& entry : table.snapshot_log) {
    ids.push_back(entry.snapshot_id.value());
  }
  return ids;
}

TEST(SnapshotUpdates, AppendMovesMainAndTheLog) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  EXPECT_EQ(table->current_snapshot_id, SnapshotId(11));
  EXPECT_EQ(table->last_sequence_number, SequenceNumber(1));
  EXPECT_EQ(table->FindRef("main")->snapshot_id, SnapshotId(11));
  EXPECT_EQ(LogIds(*table), std::vector<int64_t>{11});
  EXPECT_EQ(table->snapshot_log.front().timestamp, table->current_snapshot()->timestamp);
  table = Append(table, 12, 2);
  EXPECT_EQ(LogIds(*table), (std::vector<int64_t>{11, 12}));
  EXPECT_EQ(table->last_sequence_number, SequenceNumber(2));
}

TEST(SnapshotUpdates, BranchesLeaveMainAlone) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  TableMetadataPtr next =
      MustApply(table, AppendUpdates(NextSnapshot(*table, 12, 2), "audit"), At(2));
  EXPECT_EQ(next->current_snapshot_id, SnapshotId(11));
  EXPECT_EQ(next->FindRef("audit")->snapshot_id, SnapshotId(12));
  EXPECT_EQ(LogIds(*next), std::vector<int64_t>{11});
}

TEST(SnapshotUpdates, StaleSequenceNumberIsAConflict) {
  TableMetadataPtr base = Append(NewTestTable(2), 11, 1);
  Snapshot stale = NextSnapshot(*base, 20, 2);
  TableMetadataPtr moved = Append(base, 12, 2);
  auto result = Apply(moved, {Added(stale)}, 3);
  ASSERT_THAT(result, IsError(ErrorCode::kCommitConflict));
  EXPECT_NE(result.error().message().find("Cannot add snapshot with sequence number 2 older than "
                                          "last sequence number 2"),
            std::string::npos);
  // Without a parent it may share the last number, not go below it.
  stale.parent_id = std::nullopt;
  EXPECT_THAT(Apply(moved, {Added(stale)}, 3), IsOk());
  stale.sequence_number = SequenceNumber(1);
  EXPECT_THAT(Apply(moved, {Added(stale)}, 3), IsError(ErrorCode::kCommitConflict));
}

TEST(SnapshotUpdates, VersionOneHasNoSequenceNumbers) {
  TableMetadataPtr table = Append(NewTestTable(1), 11, 1);
  EXPECT_EQ(table->last_sequence_number, SequenceNumber(0));
  table = Append(table, 12, 2);
  Snapshot numbered = NextSnapshot(*table, 13, 3);
  numbered.sequence_number = SequenceNumber(1);
  EXPECT_THAT(Apply(table, {Added(numbered)}, 3), IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotUpdates, IdsAreUsedOnce) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  EXPECT_THAT(Apply(table, {Added(NextSnapshot(*table, 11, 2))}, 2),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotUpdates, MinusOneIsNoSnapshot) {
  TableMetadataPtr table = NewTestTable(2);
  EXPECT_THAT(Apply(table, AppendUpdates(NextSnapshot(*table, -1, 1), "main"), 1),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotUpdates, RowLineage) {
  TableMetadataPtr table = Append(NewTestTable(3), 11, 1);
  EXPECT_EQ(table->next_row_id, 100);
  Snapshot snapshot = NextSnapshot(*table, 12, 2);
  EXPECT_EQ(MustApply(table, {Added(snapshot)}, At(2))->next_row_id, 200);

  Snapshot ahead = snapshot;
  ahead.first_row_id = 150;
  EXPECT_EQ(MustApply(table, {Added(ahead)}, At(2))->next_row_id, 250);

  Snapshot behind = snapshot;
  behind.first_row_id = 99;
  EXPECT_THAT(Apply(table, {Added(behind)}, 2), IsError(ErrorCode::kCommitConflict));
  Snapshot without = snapshot;
  without.first_row_id = std::nullopt;
  EXPECT_THAT(Apply(table, {Added(without)}, 2), IsError(ErrorCode::kInvalidArgument));
  Snapshot huge = snapshot;
  huge.added_rows = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Apply(table, {Added(huge)}, 2), IsError(ErrorCode::kInvalidArgument));
}

TEST(SnapshotUpdates, UpgradedTableStartsNumberingRows) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  table = MustApply(table, {UpgradeFormatVersion{3}}, At(2));
  EXPECT_EQ(Append(table, 12, 3)->next_row_id, 100);
}

TEST(RefUpdates, Rules) {
  TableMetadataPtr table = Append(Append(NewTestTable(2), 11, 1), 12, 2);
  EXPECT_THAT(Apply(table, {SetMain(99)}, 3), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Apply(table, {SetRef(kMainBranch, 12, SnapshotRefType::kTag)}, 3),
              IsError(ErrorCode::kInvalidArgument));
  SetSnapshotRef tag = SetRef("t", 11, SnapshotRefType::kTag);
  tag.ref.max_ref_age_ms = 5;
  TableMetadataPtr tagged = MustApply(table, {tag}, At(3));
  EXPECT_EQ(tagged->FindRef("t")->max_ref_age_ms, 5);
  tag.ref.max_ref_age_ms = 6;
  tagged = MustApply(tagged, {tag}, At(4));
  EXPECT_EQ(tagged->refs.size(), 2);
  EXPECT_EQ(tagged->FindRef("t")->max_ref_age_ms, 6);
  tag.ref.max_snapshot_age_ms = 1;
  EXPECT_THAT(Apply(tagged, {tag}, 5), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(MustApply(tagged, {RemoveSnapshotRef{"t"}}, At(5))->refs.size(), 1);
}

TEST(RefUpdates, RollbackHappensNow) {
  TableMetadataPtr table = Append(Append(NewTestTable(2), 11, 1), 12, 2);
  TableMetadataPtr back = MustApply(table, {SetMain(11)}, At(9));
  EXPECT_EQ(back->current_snapshot_id, SnapshotId(11));
  EXPECT_EQ(LogIds(*back), (std::vector<int64_t>{11, 12, 11}));
  EXPECT_EQ(back->snapshot_log.back().timestamp, back->last_updated);
}

TEST(RefUpdates, ReplacingATableDropsMainAndKeepsTheLog) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 1);
  TableMetadataPtr replaced = MustApply(table, {RemoveSnapshotRef{"main"}}, At(2));
  EXPECT_EQ(replaced->current_snapshot_id, std::nullopt);
  EXPECT_EQ(replaced->FindRef("main"), nullptr);
  EXPECT_EQ(replaced->snapshots.size(), 1);
  EXPECT_EQ(LogIds(*replaced), std::vector<int64_t>{11});
  Snapshot first = NextSnapshot(*replaced, 12, 3);
  EXPECT_EQ(first.parent_id, std::nullopt);
  TableMetadataPtr filled = MustApply(replaced, AppendUpdates(first, "main"), At(3));
  EXPECT_EQ(LogIds(*filled), (std::vector<int64_t>{11, 12}));
}

TEST(SnapshotLog, SnapshotsInsideATransactionAreNotLogged) {
  TableMetadataPtr base = Append(NewTestTable(2), 11, 1);
  Snapshot first = NextSnapshot(*base, 12, 2);
  Snapshot second = first;
  second.id = SnapshotId(13);
  second.parent_id = first.id;
  second.sequence_number = SequenceNumber(3);
  TableMetadataPtr table =
      MustApply(base, {Added(first), SetMain(12), Added(second), SetMain(13)}, At(2));
  EXPECT_EQ(table->snapshots.size(), 3);
  EXPECT_EQ(LogIds(*table), (std::vector<int64_t>{11, 13}));
}

TEST(SnapshotLog, RemovalForgetsWhatCameBefore) {
  TableMetadataPtr table = NewTestTable(2);
  for (int64_t n = 1; n <= 5; ++n) {
    table = Append(table, 10 + n, n);
  }
  TableMetadataPtr expired = MustApply(table, {RemoveSnapshots{{SnapshotId(13)}}}, At(6));
  EXPECT_EQ(expired->snapshots.size(), 4);
  EXPECT_EQ(LogIds(*expired), (std::vector<int64_t>{14, 15}));
}

TEST(SnapshotLog, RemovalTakesStatisticsAlong) {
  TableMetadataPtr table = Append(Append(NewTestTable(2), 11, 1), 12, 2);
  table = MustApply(
      table,
      {SetRef("t", 11, SnapshotRefType::kTag), SetStatistics{{SnapshotId(11), "s3://s", 1, 1, {}}},
       SetPartitionStatistics{{SnapshotId(11), "s3://p", 1}}},
      At(3));
  TableMetadataPtr expired =
      MustApply(table, {RemoveSnapshotRef{"t"}, RemoveSnapshots{{SnapshotId(11)}}}, At(4));
  EXPECT_EQ(expired->FindRef("t"), nullptr);
  EXPECT_TRUE(expired->statistics.empty());
  EXPECT_TRUE(expired->partition_statistics.empty());
  TableMetadataPtr emptied =
      MustApply(expired, {RemoveSnapshotRef{"main"}, RemoveSnapshots{{SnapshotId(12)}}}, At(5));
  EXPECT_EQ(emptied->current_snapshot_id, std::nullopt);
  EXPECT_TRUE(emptied->refs.empty());
  EXPECT_TRUE(emptied->snapshot_log.empty());
}

/// Whoever chose the snapshot did not know of the ref: it was made since.
TEST(SnapshotLog, NoRefGoesUnnamed) {
  TableMetadataPtr table = Append(Append(NewTestTable(2), 11, 1), 12, 2);
  table = MustApply(table, {SetRef("t", 11, SnapshotRefType::kTag)}, At(3));
  const RemoveSnapshots first{{SnapshotId(11)}};
  const RemoveSnapshots head{{SnapshotId(12)}};
  EXPECT_THAT(Apply(table, {first}, 4), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(Apply(table, {head}, 4), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(Apply(table, {RemoveSnapshotRef{"main"}, first}, 4),
              IsError(ErrorCode::kCommitConflict));
  // Named in any order, or set to another snapshot.
  EXPECT_THAT(Apply(table, {first, RemoveSnapshotRef{"t"}}, 4), IsOk());
  TableMetadataPtr moved = MustApply(table, {first, SetRef("t", 12, SnapshotRefType::kTag)}, At(4));
  EXPECT_EQ(moved->FindRef("t")->snapshot_id, SnapshotId(12));
}

TEST(SnapshotLog, ClocksMayDifferByAMinute) {
  TableMetadataPtr table = Append(NewTestTable(2), 11, 100);
  Snapshot late = NextSnapshot(*table, 12, 41);
  EXPECT_THAT(Apply(table, AppendUpdates(late, "main"), 100), IsOk());
  late.timestamp = TimestampMs(testing::kCreated.value() + 39'000);
  EXPECT_THAT(Apply(table, AppendUpdates(late, "main"), 100), IsError(ErrorCode::kInvalidArgument));
  Snapshot early = NextSnapshot(*table, 12, 161);
  EXPECT_THAT(Apply(table, AppendUpdates(early, "main"), 100),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::iceberg
