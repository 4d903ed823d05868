// Appends that move while something else happens: the table changes in kind, files cannot be
// written, the outcome is unknown, another table is in the transaction.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/service/append_rebase.h"
#include "server/service/table_commits.h"
#include "server/service/testing/appended_table.h"
#include "server/store/testing/forwarding_store.h"
#include "storage/testing/faulty_object_store.h"

namespace firn::service {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::ManifestFile;
using iceberg::Snapshot;
using iceberg::SnapshotId;
using iceberg::TableMetadataPtr;
using testing::AppendCatalog;
using testing::AppendedTable;
using ::testing::ElementsAre;
using testing::kRows;
using testing::Manifests;
using ::testing::Pair;

class AppendRebaseFaultsTest : public ::testing::TestWithParam<int>, protected AppendCatalog {
 protected:
  Environment EnvironmentOn(store::CatalogStore& store, storage::ObjectStore& objects) {
    Environment plain = catalog_.environment(store);
    return {plain.store, objects,       plain.clock,   plain.cache,
            plain.locks, plain.options, plain.counters};
  }
  TableChange Change(std::vector<iceberg::TableUpdate> updates) const {
    TableChange change;
    change.identifier = table_.identifier();
    change.updates = std::move(updates);
    return change;
  }

  /// Snapshot 3, so that it can come again.
  void TakeBack() {
    iceberg::SetSnapshotRef back{"main", {}};
    back.ref.snapshot_id = SnapshotId(2);
    EXPECT_THAT(table_.Commit(Change({back, iceberg::RemoveSnapshots{{SnapshotId(3)}}})), IsOk());
  }

  AppendedTable table_{catalog_, objects_, GetParam()};
};

class AppendOfUpgradedTest : public AppendRebaseFaultsTest {};
class AppendOfSpecsTest : public AppendRebaseFaultsTest {};

TEST_P(AppendOfSpecsTest, ASpecThatIsGoneTakesNoManifests) {
  TableMetadataPtr seen = table_.Table();
  iceberg::UnboundPartitionSpec spec;
  spec.fields.push_back(
      {.source_id = iceberg::FieldId(1),
       .field_id = std::nullopt,
       .name = "id_identity",
       .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)});
  ASSERT_THAT(
      table_.Commit(Change({iceberg::AddSpec{spec}, iceberg::SetDefaultSpec{iceberg::SpecId(-1)}})),
      IsOk());
  ASSERT_THAT(table_.Commit(table_.Append(*table_.Table(), 2, {"b"})), IsOk());
  ASSERT_THAT(table_.Commit(table_.Append(*seen, 3, {"c"})), IsOk()) << "its spec is there";
  ASSERT_THAT(table_.Commit(Change({iceberg::RemovePartitionSpecs{{seen->default_spec_id}}})),
              IsOk());
  TableMetadataPtr before = table_.Table();
  const size_t files = objects_.size();
  const TableChange change = table_.Append(*seen, 4, {"d"});
  const size_t written = objects_.size() - files;
  EXPECT_THAT(table_.Commit(change), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(table_.Table(), before);
  EXPECT_EQ(objects_.size(), files + written) << "the client's own files alone";
}

TEST_P(AppendOfUpgradedTest, ATableThatBecameVersion3NumbersTheRows) {
  TableMetadataPtr seen = table_.Table();
  const TableChange stale = table_.Append(*seen, 3, {"c"});
  ASSERT_THAT(table_.Commit(Change({iceberg::UpgradeFormatVersion{3}})), IsOk());
  ASSERT_THAT(table_.Commit(table_.Append(*table_.Table(), 2, {"b"})), IsOk());
  const int64_t next = table_.Table()->next_row_id;
  ASSERT_THAT(table_.Commit(stale), IsOk());
  TableMetadataPtr table = table_.Table();
  const Snapshot& last = *table->current_snapshot();
  EXPECT_EQ(last.id, SnapshotId(3));
  EXPECT_EQ(last.first_row_id, next);
  EXPECT_EQ(last.added_rows, kRows);
  EXPECT_EQ(table->next_row_id, next + kRows);
  std::vector<int64_t> firsts;
  for (const ManifestFile& manifest : table_.ListOf(last)) {
    ASSERT_TRUE(manifest.first_row_id.has_value()) << manifest.path;
    firsts.push_back(*manifest.first_row_id);
  }
  std::ranges::sort(firsts);
  EXPECT_THAT(firsts, ElementsAre(0, kRows, 2 * kRows));
  EXPECT_THAT(table_.Files(),
              ElementsAre(Pair("a", GetParam() == 1 ? 0 : 1), Pair("b", GetParam() == 1 ? 1 : 2),
                          Pair("c", GetParam() == 1 ? 2 : 3)));
}

TEST_P(AppendRebaseFaultsTest, WhatCannotBeWrittenLeavesNothing) {
  TableMetadataPtr seen = table_.Table();
  ASSERT_THAT(table_.Commit(table_.Append(*seen, 2, {"b"})), IsOk());
  const TableChange change = table_.Append(*seen, 3, {"c"});
  storage::testing::FaultyObjectStore faulty(objects_);
  TableCommitService commits(EnvironmentOn(catalog_.store(), faulty));
  for (bool applied : {false, true}) {
    int64_t call = 0;
    for (bool failed = true; failed;) {
      ASSERT_LT(++call, 100);
      SCOPED_TRACE("call " + std::to_string(call) + (applied ? " applied" : ""));
      const TableMetadataPtr before = table_.Table();
      const size_t files = objects_.size();
      faulty.Arm({.call = call, .from_then_on = false, .applied = applied});
      auto committed = commits.Commit(catalog_.call(), change);
      failed = faulty.calls() >= call;
      if (committed.has_value()) {
        TakeBack();
      } else {
        EXPECT_TRUE(failed);
        EXPECT_EQ(table_.Table(), before);
        EXPECT_EQ(objects_.size(), files);
      }
    }
    EXPECT_GT(call, 3) << "lists and a manifest are read, a list and the metadata written";
  }
}

/// A database whose answers to commits are lost.
class SilentStore final : public store::testing::ForwardingStore {
 public:
  SilentStore(store::CatalogStore& inner, bool applies)
      : ForwardingStore(inner), applies_(applies) {}

  Result<store::MutationResult> Execute(const store::Mutation& mutation,
                                        const store::MutationContext& context) override {
    if (applies_) {
      (void)ForwardingStore::Execute(mutation, context);
    }
    return Error(ErrorCode::kCommitStateUnknown, "as told");
  }

 private:
  const bool applies_;
};

TEST_P(AppendRebaseFaultsTest, AnUnknownOutcomeKeepsTheList) {
  TableMetadataPtr seen = table_.Table();
  ASSERT_THAT(table_.Commit(table_.Append(*seen, 2, {"b"})), IsOk());
  const TableChange change = table_.Append(*seen, 3, {"c"});
  for (bool applies : {false, true}) {
    const size_t files = objects_.size();
    SilentStore silent(catalog_.store(), applies);
    TableCommitService commits(catalog_.environment(silent));
    EXPECT_THAT(commits.Commit(catalog_.call(), change), IsError(ErrorCode::kCommitStateUnknown));
    EXPECT_EQ(objects_.size(), files + 2) << "a list and a metadata file";
    EXPECT_EQ(table_.Table()->current_snapshot_id, SnapshotId(applies ? 3 : 2));
  }
  EXPECT_THAT(table_.Files(), ::testing::SizeIs(3));
  EXPECT_EQ(catalog_.counters().rebased, 0U);
}

TEST_P(AppendRebaseFaultsTest, TwoTablesMoveTogetherOrNotAtAll) {
  AppendedTable other(catalog_, objects_, GetParam(), "u");
  TableMetadataPtr seen = table_.Table();
  TableMetadataPtr other_seen = other.Table();
  for (AppendedTable* table : {&table_, &other}) {
    ASSERT_THAT(table->Commit(table->Append(*table->Table(), 2, {"b"})), IsOk());
  }
  TableCommitService commits(catalog_.environment());
  std::vector<TableChange> changes = {table_.Append(*seen, 3, {"c"}),
                                      other.Append(*other_seen, 3, {"c"})};
  ASSERT_THAT(commits.CommitAll(catalog_.call(), changes), IsOk());
  EXPECT_EQ(catalog_.counters().rebased, 2U);
  EXPECT_EQ(table_.Table()->current_snapshot_id, SnapshotId(3));
  EXPECT_EQ(other.Table()->current_snapshot_id, SnapshotId(3));

  TableMetadataPtr before = table_.Table();
  TableMetadataPtr other_before = other.Table();
  changes = {table_.Append(*seen, 4, {"d"}),
             AppendedTable::Edited(other.Append(*other_seen, 4, {"d"}),
                                   [](Snapshot& snapshot) { snapshot.operation = "overwrite"; })};
  const size_t files = objects_.size();
  EXPECT_THAT(commits.CommitAll(catalog_.call(), changes), IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(table_.Table(), before);
  EXPECT_EQ(other.Table(), other_before);
  EXPECT_EQ(objects_.size(), files);
  EXPECT_EQ(catalog_.counters().rebased, 2U);
}

INSTANTIATE_TEST_SUITE_P(Versions, AppendRebaseFaultsTest, ::testing::Values(1, 2, 3));
INSTANTIATE_TEST_SUITE_P(Versions, AppendOfSpecsTest, ::testing::Values(2, 3));
INSTANTIATE_TEST_SUITE_P(Versions, AppendOfUpgradedTest, ::testing::Values(1, 2));

}  // namespace
}  // namespace firn::service
