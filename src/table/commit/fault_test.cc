// Every call to the store fails once, and then it and all later ones: the table is unharmed, and
// where the store lets them be deleted no file of a failed commit is left.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using storage::testing::FaultPlan;
using testing::CommitFixture;

struct Scenario {
  std::string name;
  std::function<SnapshotChange(const Table&)> change;
};

ReadState Read(const Table& table) { return {.snapshot = table.metadata->current_snapshot_id}; }

std::vector<Scenario> Scenarios() {
  return {
      {"append",
       [](const Table&) { return Append({CommitFixture::Data("n")}, ManifestMerging::kNever); }},
      {"merge append",
       [](const Table&) {
         return Append({CommitFixture::Data("n")}, ManifestMerging::kByProperties);
       }},
      {"overwrite",
       [](const Table& table) {
         return Overwrite({CommitFixture::Data("n")},
                          {CommitFixture::Key(CommitFixture::Data("a"))}, Read(table));
       }},
      {"row delta",
       [](const Table& table) {
         return RowDelta(
             {.added = {CommitFixture::PositionDeletes("n", "a")},
              .removed_data = {},
              .removed_deletes = {CommitFixture::Key(CommitFixture::PositionDeletes("p", "a"))}},
             Read(table));
       }},
  };
}

/// A table with some history.
void Fill(CommitFixture& fixture) {
  fixture.SetProperties({{"commit.manifest.min-count-to-merge", "2"}});
  fixture.MustAppend({CommitFixture::Data("a")});
  fixture.MustAppend({CommitFixture::Data("b", 1)});
  ASSERT_THAT(fixture.Commit(RowDelta({.added = {CommitFixture::PositionDeletes("p", "a")},
                                       .removed_data = {},
                                       .removed_deletes = {}},
                                      Read(fixture.Load()))),
              firn::testing::IsOk());
}

/// Runs the scenario with the fault, against a writer that comes first. False once it did not fire.
bool RunWithFault(const Scenario& scenario, const FaultPlan& plan) {
  CommitFixture fixture(2);
  Fill(fixture);
  Table start = fixture.Load();
  int64_t armed = plan.call;
  fixture.files->Arm(plan);
  fixture.store.BeforeNextCommit([&] {
    // Their writer is not the one that is tested.
    int64_t calls = fixture.files->calls();
    fixture.files->Arm({});
    fixture.MustAppend({CommitFixture::Data("theirs", 2)});
    FaultPlan rest = plan;
    rest.call = plan.call > calls ? plan.call - calls : 0;
    armed = rest.call;
    fixture.files->Arm(rest);
  });
  SCOPED_TRACE(scenario.name + ", call " + std::to_string(plan.call));
  auto outcome = fixture.Commit(start, scenario.change(start));
  bool fired = armed > 0 && fixture.files->calls() >= armed;
  fixture.files->Arm({});
  if (!plan.from_then_on) {
    EXPECT_EQ(fixture.FilesStored(), fixture.MetadataFilesNamed());
  }
  Table now = fixture.Load();
  for (const iceberg::SnapshotEntry& entry : now.metadata->snapshots) {
    auto count = fixture.Count(*entry.snapshot);
    for (const auto& [path, times] : count.data_files) {
      EXPECT_EQ(times, 1) << path;
    }
  }
  if (!outcome.has_value()) {
    EXPECT_FALSE(fixture.Count(*now.metadata->current_snapshot())
                     .data_files.contains("s3://warehouse/test/data/n"));
  }
  return fired;
}

class FaultTest : public ::testing::TestWithParam<Scenario> {};

INSTANTIATE_TEST_SUITE_P(Operations, FaultTest, ::testing::ValuesIn(Scenarios()));

TEST_P(FaultTest, EachCallOnce) {
  int64_t call = 1;
  while (RunWithFault(GetParam(), {.call = call}) && !HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 3);
}

TEST_P(FaultTest, EachCallOnceAfterItsWork) {
  int64_t call = 1;
  while (RunWithFault(GetParam(), {.call = call, .applied = true}) && !HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 3);
}

TEST_P(FaultTest, EachCallAndAllLater) {
  int64_t call = 1;
  while (RunWithFault(GetParam(), {.call = call, .from_then_on = true}) && !HasFailure()) {
    ++call;
  }
  EXPECT_GT(call, 3);
}

}  // namespace
}  // namespace firn::table
