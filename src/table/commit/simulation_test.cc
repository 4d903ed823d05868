// Many writers on one table: what a seed decides (whole commits of others between a writer's load
// and its commit), and with threads. No commit is lost, no file is doubled, totals are what a
// recount gives.
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using testing::CommitFault;
using testing::CommitFixture;
using testing::Recount;

constexpr int kSteps = 40;
constexpr int kDeepest = 3;

class Simulation {
 public:
  Simulation(iceberg::FormatVersion version, uint32_t seed)
      : fixture_(version, seed), random_(seed), version_(version) {
    fixture_.SetProperties(
        {{"commit.manifest.min-count-to-merge", "4"}, {"commit.retry.num-retries", "6"}});
  }

  void Run() {
    for (int step = 0; step < kSteps; ++step) {
      OneCommit(0);
    }
    CheckHistory();
    EXPECT_EQ(fixture_.FilesStored(), fixture_.MetadataFilesNamed());
  }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  AddedFile NewFile() { return CommitFixture::Data("f" + std::to_string(next_file_++), Dice(4)); }

  /// A file that somebody once committed; it may be gone.
  AddedFile KnownFile() {
    if (known_.empty()) {
      return CommitFixture::Data("never");
    }
    return known_[static_cast<size_t>(Dice(static_cast<int>(known_.size())))];
  }

  SnapshotChange NewChange(const Table& table) {
    ReadState read{.snapshot = table.metadata->current_snapshot_id,
                   .isolation = IsolationLevel::kSnapshot};
    AddedFile old = KnownFile();
    switch (Dice(version_ > 1 ? 7 : 6)) {
      case 0:
      case 1:
        return Append({NewFile(), NewFile()}, ManifestMerging::kNever);
      case 2:
        return Append({NewFile()}, ManifestMerging::kByProperties);
      case 3:
        return DeleteFiles({CommitFixture::Key(old)});
      case 4:
        return Overwrite({NewFile()}, {CommitFixture::Key(old)}, read);
      case 5:
        return Rewrite({.added = {NewFile()},
                        .removed_data = {CommitFixture::Key(old)},
                        .removed_deletes = {}},
                       read);
      default:
        return RowDelta(
            {.added = {CommitFixture::EqualityDeletes("e" + std::to_string(next_file_++), Dice(4))},
             .removed_data = {},
             .removed_deletes = {}},
            read);
    }
  }

  void OneCommit(int depth) {
    Table start = fixture_.Load();
    SnapshotChange change = NewChange(start);
    if (depth < kDeepest && Dice(2) == 0) {
      fixture_.store.BeforeNextCommit([this, depth] { OneCommit(depth + 1); });
    }
    if (Dice(10) == 0) {
      fixture_.store.FailNext(Dice(2) == 0 ? CommitFault::kUnavailable
                                           : CommitFault::kUnknownApplied);
    }
    auto outcome = fixture_.Commit(start, change);
    fixture_.store.BeforeNextCommit(nullptr);
    if (!outcome.has_value()) {
      EXPECT_THAT(outcome, firn::testing::IsError(ErrorCode::kCommitConflict));
      return;
    }
    ++committed_;
    for (const FileKey& key : change.removed_data) {
      EXPECT_EQ(live_.erase(key.path), 1U) << "removed twice: " << key.path;
    }
    for (const AddedFile& added : change.added) {
      if (added.file.content == iceberg::FileContent::kData) {
        live_.insert(added.file.path);
        known_.push_back(added);
      }
    }
  }

  void CheckHistory() {
    Table table = fixture_.Load();
    EXPECT_EQ(table.metadata->snapshots.size(), static_cast<size_t>(committed_));
    const iceberg::Snapshot* snapshot = table.metadata->current_snapshot();
    ASSERT_NE(snapshot, nullptr);
    std::set<std::string> found;
    for (const auto& [path, times] : fixture_.Count(*snapshot).data_files) {
      found.insert(path);
    }
    EXPECT_EQ(found, live_);
    for (int length = 0; snapshot != nullptr; ++length) {
      CheckTotals(*snapshot);
      const iceberg::Snapshot* parent =
          snapshot->parent_id ? table.metadata->FindSnapshot(*snapshot->parent_id) : nullptr;
      if (parent != nullptr && version_ > 1) {
        EXPECT_EQ(snapshot->sequence_number.value(), parent->sequence_number.value() + 1);
      }
      EXPECT_TRUE(parent != nullptr || length + 1 == committed_) << "commits were lost";
      snapshot = parent;
    }
  }

  void CheckTotals(const iceberg::Snapshot& snapshot) {
    Recount count = fixture_.Count(snapshot);
    for (const auto& [path, times] : count.data_files) {
      EXPECT_EQ(times, 1) << path;
    }
    EXPECT_EQ(snapshot.summary.Find("total-records"), std::to_string(count.records));
    EXPECT_EQ(snapshot.summary.Find("total-data-files"), std::to_string(count.data_files.size()));
    EXPECT_EQ(snapshot.summary.Find("total-files-size"), std::to_string(count.bytes));
    EXPECT_EQ(snapshot.summary.Find("total-delete-files"),
              std::to_string(count.delete_files.size()));
    EXPECT_EQ(snapshot.summary.Find("total-equality-deletes"),
              std::to_string(count.equality_deletes));
  }

  CommitFixture fixture_;
  std::mt19937 random_;
  iceberg::FormatVersion version_;
  int next_file_ = 0;
  int committed_ = 0;
  std::vector<AddedFile> known_;
  std::set<std::string> live_;
};

class SimulationTest : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Versions, SimulationTest, ::testing::Values(1, 2, 3));

TEST_P(SimulationTest, SeededWriters) {
  for (uint32_t seed = 1; seed <= 10 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation(GetParam(), seed).Run();
  }
}

TEST(ThreadedWritersTest, NoCommitIsLost) {
  constexpr int kWriters = 4;
  constexpr int kCommits = 25;
  CommitFixture fixture(2);
  fixture.SetProperties(
      {{"commit.retry.num-retries", "1000"}, {"commit.manifest.min-count-to-merge", "10"}});
  ThreadPool pool(2);
  auto write = [&](int writer) {
    std::mt19937_64 random(static_cast<uint64_t>(writer));
    CommitTools tools{.clock = fixture.clock,
                      .random_bits = [&random] { return random(); },
                      .sleep = [](std::chrono::milliseconds) { std::this_thread::yield(); },
                      .pool = pool,
                      .environment = {}};
    Table table = fixture.Load();
    for (int i = 0; i < kCommits; ++i) {
      auto name = std::to_string(writer) + "-" + std::to_string(i);
      SnapshotAction action(
          table, Append({CommitFixture::Data(name)}, ManifestMerging::kByProperties), {}, tools);
      auto outcome = CommitAction(fixture.store, table, action, tools);
      ASSERT_THAT(outcome, firn::testing::IsOk());
      table = *outcome;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back(write, writer);
    }
  }
  const iceberg::Snapshot& snapshot = *fixture.Load().metadata->current_snapshot();
  Recount count = fixture.Count(snapshot);
  EXPECT_EQ(count.data_files.size(), size_t{kWriters} * kCommits);
  EXPECT_EQ(snapshot.summary.Find("total-data-files"), "100");
  EXPECT_EQ(fixture.FilesStored(), fixture.MetadataFilesNamed());
}

}  // namespace
}  // namespace firn::table
