#include "table/maintain/snapshot_expiry.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/maintain/manifest_rewrite.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::SnapshotId;
using storage::testing::FaultPlan;
using testing::CommitFault;
using testing::DataPath;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MaintainedTable;
using ::testing::SizeIs;

/// Everything but the heads of branches.
ExpiryOptions AllOld(MaintainedTable& table, RunMode mode = RunMode::kRun) {
  return {.mode = mode, .retention = {.older_than = table.clock.Now()}};
}

/// No garbage and nothing missing.
void ExpectStoredIsNamed(MaintainedTable& table) { EXPECT_EQ(table.Stored(), table.Named()); }

class SnapshotExpiryTest : public ::testing::TestWithParam<int> {
 protected:
  Result<ExpiryReport> Expire(const ExpiryOptions& options) {
    MaintenanceContext context = table_.Context();
    return ExpireSnapshots(context, table_.Load(), options);
  }

  /// Three files in three snapshots; the first was removed.
  void Fill() {
    table_.AddData("a");
    table_.AddData("b");
    table_.AddStatistics("a.stats", table_.Load().metadata->current_snapshot()->id);
    table_.RemoveData("a");
    table_.AddData("c");
  }

  MaintainedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, SnapshotExpiryTest, ::testing::Values(1, 2, 3));

TEST_P(SnapshotExpiryTest, WhatNothingNamesGoes) {
  Fill();
  auto head = table_.Head();
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_THAT(report.expired.snapshots, SizeIs(3));
  EXPECT_EQ(report.before.snapshots, 4);
  EXPECT_EQ(report.after.snapshots, 1);
  EXPECT_EQ(report.before.data_files, 3);
  EXPECT_EQ(report.after.data_files, 2);
  EXPECT_EQ(report.after.data_bytes, 2000);
  EXPECT_EQ(report.deleted.data_files, 1);
  EXPECT_EQ(report.deleted.manifest_lists, 3);
  EXPECT_EQ(report.deleted.statistics_files, 1);
  EXPECT_EQ(report.deleted.failed, 0);
  EXPECT_FALSE(report.deleted.stopped_by.has_value());
  EXPECT_FALSE(table_.IsStored(DataPath("a")));
  EXPECT_EQ(table_.Head(), head);
  EXPECT_THAT(table_.Load().metadata->statistics, IsEmpty());
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, ADryRunSaysTheSameAndChangesNothing) {
  Fill();
  auto stored = table_.Stored();
  ASSERT_OK_AND_ASSIGN(ExpiryReport dry, Expire(AllOld(table_, RunMode::kDryRun)));
  EXPECT_EQ(table_.Stored(), stored);
  EXPECT_THAT(table_.Load().metadata->snapshots, SizeIs(4));
  ASSERT_OK_AND_ASSIGN(ExpiryReport run, Expire(AllOld(table_)));
  EXPECT_EQ(dry.expired.snapshots, run.expired.snapshots);
  EXPECT_EQ(dry.deleted.files(), run.deleted.files());
  EXPECT_EQ(dry.deleted.bytes, run.deleted.bytes);
  EXPECT_EQ(dry.before.files(), run.before.files());
  EXPECT_EQ(dry.after.manifests, run.after.manifests);
}

TEST_P(SnapshotExpiryTest, FilesOfTagsAndBranchesStay) {
  SnapshotId first = table_.AddData("a");
  table_.SetRef("keep", {.snapshot_id = first, .type = iceberg::SnapshotRefType::kTag});
  Fill();
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
  EXPECT_EQ(report.deleted.data_files, 0);
  ExpectStoredIsNamed(table_);
  table_.SetRef(
      "keep", {.snapshot_id = first, .type = iceberg::SnapshotRefType::kTag, .max_ref_age_ms = 1});
  ASSERT_OK_AND_ASSIGN(report, Expire(AllOld(table_)));
  EXPECT_THAT(report.expired.refs, ElementsAre("keep"));
  EXPECT_FALSE(table_.IsStored(DataPath("a")));
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, WhatAnEarlierRunDeletedIsNotCountedAgain) {
  table_.MustCommit(
      Append({MaintainedTable::Data("a"), MaintainedTable::Data("b")}, ManifestMerging::kNever));
  table_.RemoveData("a");
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_EQ(report.deleted.data_files, 1);
  // Its manifest remembers a as deleted, and goes now.
  table_.RemoveData("b");
  table_.AddData("c");
  ASSERT_OK_AND_ASSIGN(report, Expire(AllOld(table_)));
  EXPECT_EQ(report.before.data_files, 2);
  EXPECT_EQ(report.deleted.data_files, 1);
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, MergedManifestsKeepTheirFiles) {
  table_.SetProperties({{"commit.manifest.min-count-to-merge", "2"}});
  for (int i = 0; i < 6; ++i) {
    table_.MustCommit(
        Append({table_.Data("f" + std::to_string(i))}, ManifestMerging::kByProperties));
  }
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_EQ(report.deleted.data_files, 0);
  EXPECT_GT(report.deleted.manifests, 3);
  EXPECT_THAT(table_.Head(), SizeIs(6));
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, NothingToDoCommitsNothing) {
  table_.AddData("a");
  int64_t commits = table_.store.commits();
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_TRUE(report.expired.empty());
  EXPECT_EQ(report.deleted.files(), 0);
  EXPECT_EQ(report.before.files(), report.after.files());
  EXPECT_EQ(table_.store.commits(), commits);
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, RefusedWhereFilesMayBeOfOthers) {
  Fill();
  table_.SetProperties({{"gc.enabled", "false"}});
  EXPECT_THAT(Expire(AllOld(table_)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Expire(AllOld(table_, RunMode::kDryRun)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
}

TEST_P(SnapshotExpiryTest, FilesFromElsewhereAreLeft) {
  AddedFile brought = MaintainedTable::Data("x");
  brought.file.path = "s3://warehouse/hive/x";
  table_.MustCommit(Append({brought}, ManifestMerging::kNever));
  table_.MustCommit(DeleteFiles({KeyOf(brought.file)}));
  table_.AddData("b");
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_EQ(report.deleted.left_outside, 1);
  EXPECT_EQ(report.deleted.data_files, 0);
  EXPECT_TRUE(table_.IsStored(brought.file.path));

  MaintainedTable other(GetParam());
  other.MustCommit(Append({brought}, ManifestMerging::kNever));
  other.MustCommit(DeleteFiles({KeyOf(brought.file)}));
  other.AddData("b");
  ExpiryOptions options = AllOld(other);
  options.outside = OutsideFiles::kDelete;
  MaintenanceContext context = other.Context();
  ASSERT_THAT(ExpireSnapshots(context, other.Load(), options), IsOk());
  EXPECT_FALSE(other.IsStored(brought.file.path));
}

TEST_P(SnapshotExpiryTest, TwoSpellingsAreOneFile) {
  table_.AddData("a");
  table_.RemoveData("a");
  AddedFile again = MaintainedTable::Data("a");
  again.file.path = "s3a://warehouse/test/data/a";
  table_.MustCommit(Append({again}, ManifestMerging::kNever));
  ASSERT_THAT(Expire(AllOld(table_)), IsOk());
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
}

TEST_P(SnapshotExpiryTest, AnUnknownOutcomeDeletesNothing) {
  Fill();
  auto stored = table_.Stored();
  for (CommitFault fault : {CommitFault::kUnknownLost, CommitFault::kUnknownApplied}) {
    table_.store.FailNext(fault);
    EXPECT_THAT(Expire(AllOld(table_)), IsError(ErrorCode::kCommitStateUnknown));
    EXPECT_EQ(table_.Stored(), stored);
  }
}

TEST_P(SnapshotExpiryTest, AnotherCommitComesFirst) {
  Fill();
  table_.store.BeforeNextCommit([&] {
    table_.AddData("theirs");
    // On the first snapshot, which is about to go.
    table_.SetRef("tag", {.snapshot_id = table_.Load().metadata->snapshots.front().id,
                          .type = iceberg::SnapshotRefType::kTag});
  });
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  // The commit was lost to theirs; the tag counts in the next attempt.
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
  EXPECT_TRUE(table_.IsStored(DataPath("theirs")));
  EXPECT_EQ(report.deleted.data_files, 0);
  ExpectStoredIsNamed(table_);
}

/// No ref that this client has seen moves: only the catalog can tell.
TEST_P(SnapshotExpiryTest, ATagOrBranchMadeMeanwhileStays) {
  for (auto type : {iceberg::SnapshotRefType::kTag, iceberg::SnapshotRefType::kBranch}) {
    MaintainedTable table(GetParam());
    const SnapshotId first = table.AddData("a");
    table.RemoveData("a");
    table.AddData("b");
    table.store.BeforeNextCommit(
        [&] { table.SetRef("meanwhile", {.snapshot_id = first, .type = type}); });
    MaintenanceContext context = table.Context();
    ASSERT_OK_AND_ASSIGN(ExpiryReport report,
                         ExpireSnapshots(context, table.Load(), AllOld(table)));
    ASSERT_NE(table.Load().metadata->FindRef("meanwhile"), nullptr);
    EXPECT_NE(table.Load().metadata->FindSnapshot(first), nullptr);
    EXPECT_TRUE(table.IsStored(DataPath("a")));
    EXPECT_THAT(report.expired.snapshots, SizeIs(1));
    ExpectStoredIsNamed(table);
  }
}

TEST_P(SnapshotExpiryTest, AWriterThatCommitsWhileFilesGo) {
  Fill();
  ExpiryOptions options = AllOld(table_);
  bool done = false;
  MaintenanceContext context = table_.Context();
  context.may_go_on = [&]() -> Status {
    // Asked for the commit, then before the batch.
    if (!std::exchange(done, table_.Load().metadata->snapshots.size() == 1) && done) {
      // It brings back a file that is about to go.
      table_.MustCommit(Append({MaintainedTable::Data("a")}, ManifestMerging::kNever));
    }
    return {};
  };
  ASSERT_THAT(ExpireSnapshots(context, table_.Load(), options), IsOk());
  ASSERT_TRUE(done);
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
  ExpectStoredIsNamed(table_);
}

TEST_P(SnapshotExpiryTest, ALostLeaseEndsIt) {
  Fill();
  int asked = 0;
  MaintenanceContext context = table_.Context();
  context.may_go_on = [&]() -> Status {
    return ++asked == 1 ? Status() : Status(Error(ErrorCode::kConflict, "lost"));
  };
  ASSERT_OK_AND_ASSIGN(ExpiryReport report,
                       ExpireSnapshots(context, table_.Load(), AllOld(table_)));
  ASSERT_TRUE(report.deleted.stopped_by.has_value());
  EXPECT_EQ(report.deleted.stopped_by->code(), ErrorCode::kConflict);
  EXPECT_EQ(report.deleted.files(), 0);
  EXPECT_TRUE(table_.IsStored(DataPath("a")));
}

TEST_P(SnapshotExpiryTest, UnusedStructureGoesWhereAsked) {
  Fill();
  iceberg::TableMetadataPtr metadata = table_.Load().metadata;
  std::vector<iceberg::NestedField> fields(metadata->current_schema().fields().begin(),
                                           metadata->current_schema().fields().end());
  const auto evolve = [&] {
    table_.MustUpdate({iceberg::AddSchema{*iceberg::Schema::Make(iceberg::SchemaId(1), fields, {})},
                       iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}});
  };
  fields.back().name = "renamed";
  evolve();
  // A column that is gone: of the two schemas that have it the newer one stays.
  fields.pop_back();
  evolve();
  table_.AddData("d");
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(AllOld(table_)));
  EXPECT_THAT(table_.Load().metadata->schemas, SizeIs(3));
  ExpiryOptions options = AllOld(table_);
  options.structure = UnusedStructure::kRemove;
  ASSERT_OK_AND_ASSIGN(report, Expire(options));
  EXPECT_THAT(report.schemas, ElementsAre(metadata->current_schema_id));
  EXPECT_THAT(report.specs, IsEmpty());
  EXPECT_THAT(table_.Load().metadata->schemas, SizeIs(2));
}

/// An older schema that a tag keeps has the column too, by another type.
TEST_P(SnapshotExpiryTest, TheNewestSchemaOfADroppedColumnStaysBesideAnOlderOneInUse) {
  table_.AddData("a");
  const Table tagged = table_.Load();
  const iceberg::SchemaId first = tagged.metadata->current_schema_id;
  table_.MustUpdate(
      {iceberg::SetSnapshotRef{"kept",
                               {.snapshot_id = tagged.metadata->current_snapshot()->id,
                                .type = iceberg::SnapshotRefType::kTag}}});
  std::vector<iceberg::NestedField> fields(tagged.metadata->current_schema().fields().begin(),
                                           tagged.metadata->current_schema().fields().end());
  const auto evolve = [&] {
    table_.MustUpdate({iceberg::AddSchema{*iceberg::Schema::Make(iceberg::SchemaId(1), fields, {})},
                       iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}});
    return table_.Load().metadata->current_schema_id;
  };
  fields.back().name = "renamed";
  const iceberg::SchemaId newest_with = evolve();
  fields.pop_back();
  const iceberg::SchemaId last = evolve();
  table_.AddData("b");
  ExpiryOptions options = AllOld(table_);
  options.structure = UnusedStructure::kRemove;
  ASSERT_OK_AND_ASSIGN(ExpiryReport report, Expire(options));
  EXPECT_THAT(report.schemas, IsEmpty());
  std::vector<iceberg::SchemaId> left;
  for (const iceberg::Schema& schema : table_.Load().metadata->schemas) {
    left.push_back(schema.id());
  }
  EXPECT_THAT(left, ElementsAre(first, newest_with, last));
}

/// The table with the history of the tests below.
std::unique_ptr<MaintainedTable> Filled(int version) {
  auto table = std::make_unique<MaintainedTable>(version);
  table->AddData("a");
  table->AddData("b");
  table->RemoveData("a");
  table->AddData("c");
  return table;
}

/// False once the fault did not fire.
bool RunWithFault(int version, const FaultPlan& plan) {
  SCOPED_TRACE("call " + std::to_string(plan.call));
  std::unique_ptr<MaintainedTable> table = Filled(version);
  auto head = table->Head();
  MaintenanceContext context = table->Context();
  table->files->Arm(plan);
  auto report = ExpireSnapshots(context, table->Load(), AllOld(*table));
  bool fired = table->files->calls() >= plan.call;
  table->files->Arm({});
  EXPECT_EQ(table->Head(), head);
  std::set<std::string> stored = table->Stored();
  for (const std::string& file : table->Named()) {
    EXPECT_TRUE(stored.contains(file)) << file;
  }
  bool committed = table->Load().metadata->snapshots.size() == 1;
  EXPECT_TRUE(committed || !report.has_value());
  if (!fired || (report.has_value() && report->deleted.failed == 0 &&
                 !report->deleted.stopped_by.has_value())) {
    ExpectStoredIsNamed(*table);
  }
  return fired;
}

TEST_P(SnapshotExpiryTest, EachCallFailsOnce) {
  for (bool applied : {false, true}) {
    int64_t call = 1;
    while (RunWithFault(GetParam(), {.call = call, .applied = applied}) && !HasFailure()) {
      ++call;
    }
    EXPECT_GT(call, 10);
  }
}

TEST_P(SnapshotExpiryTest, EachCallAndAllLaterFail) {
  int64_t call = 1;
  while (RunWithFault(GetParam(), {.call = call, .from_then_on = true}) && !HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 5);
}

/// Random histories; others commit while it runs.
class ExpirySimulation {
 public:
  ExpirySimulation(int version, uint32_t seed)
      : version_(version), table_(version, seed), random_(seed) {
    table_.SetProperties({{"commit.manifest.min-count-to-merge", "3"}});
  }

  void Run() {
    for (int step = 0; step < 25; ++step) {
      Change();
      if (Dice(4) == 0) {
        Expire();
      }
      if (Dice(6) == 0) {
        Rewrite();
      }
    }
  }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void Change() {
    switch (live_.empty() ? 0 : Dice(version_ > 1 ? 8 : 6)) {
      case 1:
      case 2: {
        auto file = std::next(live_.begin(), Dice(static_cast<int>(live_.size())));
        table_.RemoveData(*file);
        live_.erase(file);
        break;
      }
      case 3:
        table_.SetRef("r" + std::to_string(Dice(3)),
                      {.snapshot_id = AnySnapshot(),
                       .type = Dice(2) == 0 ? iceberg::SnapshotRefType::kTag
                                            : iceberg::SnapshotRefType::kBranch});
        break;
      case 6:
      case 7:
        DeleteRows(*std::next(live_.begin(), Dice(static_cast<int>(live_.size()))));
        break;
      default: {
        std::string name = "f" + std::to_string(next_++);
        table_.MustCommit(Append({MaintainedTable::Data(name)}, ManifestMerging::kByProperties));
        live_.insert(name);
        break;
      }
    }
  }

  void DeleteRows(const std::string& of) {
    const std::string name = "d" + std::to_string(next_++);
    AddedFile deletes = version_ > 2   ? MaintainedTable::Vector(name, 4, of)
                        : Dice(2) == 0 ? MaintainedTable::PositionDeletes(name, of)
                                       : MaintainedTable::EqualityDeletes(name);
    table_.MustCommit(RowDelta({.added = {deletes}, .removed_data = {}, .removed_deletes = {}},
                               {.snapshot = table_.Load().metadata->current_snapshot_id,
                                .isolation = IsolationLevel::kSnapshot}));
  }

  SnapshotId AnySnapshot() {
    iceberg::TableMetadataPtr metadata = table_.Load().metadata;
    auto at = metadata->snapshots.begin();
    std::advance(at, Dice(static_cast<int>(metadata->snapshots.size())));
    return at->id;
  }

  void Expire() {
    if (Dice(2) == 0) {
      table_.store.BeforeNextCommit([this] { Change(); });
    }
    MaintenanceContext context = table_.Context();
    ExpiryOptions options{
        .mode = RunMode::kRun,
        .retention = {.older_than = TimestampMs(table_.clock.Now().value() - Dice(5) * 60'000),
                      .min_snapshots_to_keep = 1 + Dice(3)}};
    auto report = ExpireSnapshots(context, table_.Load(), options);
    table_.store.BeforeNextCommit(nullptr);
    ASSERT_THAT(report, IsOk());
    EXPECT_FALSE(report->deleted.stopped_by.has_value());
    Check();
  }

  /// It loses where a manifest was changed meanwhile.
  void Rewrite() {
    if (Dice(2) == 0) {
      table_.store.BeforeNextCommit([this] { Change(); });
    }
    MaintenanceContext context = table_.Context();
    auto report = RewriteManifests(context, table_.Load(),
                                   {.mode = RunMode::kRun, .choice = ManifestChoice::kAll});
    table_.store.BeforeNextCommit(nullptr);
    EXPECT_TRUE(report.has_value() || report.error().code() == ErrorCode::kCommitConflict);
    Check();
  }

  void Check() {
    ExpectStoredIsNamed(table_);
    std::set<std::string> head;
    for (const auto& [path, age] : table_.Head()) {
      head.insert(path.substr(DataPath("").size()));
    }
    EXPECT_EQ(head, live_);
  }

  const int version_;
  MaintainedTable table_;
  std::mt19937 random_;
  std::set<std::string> live_;
  int next_ = 0;
};

TEST_P(SnapshotExpiryTest, RandomHistories) {
  for (uint32_t seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ExpirySimulation(GetParam(), seed).Run();
  }
}

}  // namespace
}  // namespace firn::table
