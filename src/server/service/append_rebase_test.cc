// Appends from a state that their branch has left: which ones move, and what they become.
#include "server/service/append_rebase.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "server/service/table_commits.h"
#include "server/service/testing/appended_table.h"
#include "server/store/testing/racing_store.h"
#include "storage/memory_object_store.h"

namespace firn::service {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::ManifestFile;
using iceberg::SequenceNumber;
using iceberg::Snapshot;
using iceberg::SnapshotId;
using iceberg::TableMetadataPtr;
using testing::AppendCatalog;
using testing::AppendedTable;
using ::testing::ElementsAre;
using testing::FileOf;
using testing::kRows;
using testing::Manifests;

class AppendRebaseTest : public ::testing::TestWithParam<int>,
                         protected AppendCatalog,
                         protected AppendedTable {
 protected:
  AppendRebaseTest() : AppendedTable(catalog_, objects_, GetParam()) {}

  /// A file and its sequence number; version 1 has none.
  static std::pair<std::string, int64_t> File(const char* name, int64_t number) {
    return {name, GetParam() == 1 ? 0 : number};
  }
  /// Nothing changes but that the commit is refused.
  void ExpectConflict(const TableChange& change) {
    TableMetadataPtr before = Table();
    size_t files = objects_.size();
    EXPECT_THAT(Commit(change), IsError(ErrorCode::kCommitConflict));
    EXPECT_EQ(Table(), before);
    EXPECT_EQ(objects_.size(), files);
  }
};

class NumberedAppendTest : public AppendRebaseTest {};
class AppendOfVersion3Test : public AppendRebaseTest {};

TEST_P(AppendRebaseTest, AnAppendMovesOverAppends) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b", "c"})), IsOk());
  ASSERT_THAT(Commit(Append(*seen, 3, {"d"})), IsOk());
  ASSERT_THAT(Commit(Append(*seen, 4, {"e"})), IsOk());
  EXPECT_EQ(catalog_.counters().rebased, 2U);
  EXPECT_THAT(Files(),
              ElementsAre(File("a", 1), File("b", 2), File("c", 2), File("d", 3), File("e", 4)));
  TableMetadataPtr table = Table();
  const Snapshot& last = *table->current_snapshot();
  EXPECT_EQ(last.id, SnapshotId(4));
  EXPECT_EQ(last.parent_id, SnapshotId(3));
  EXPECT_EQ(last.sequence_number, SequenceNumber(GetParam() == 1 ? 0 : 4));
  EXPECT_EQ(last.summary.Find("added-records"), "10");
  EXPECT_EQ(last.summary.Find("total-records"), "40");
}

TEST_P(AppendOfVersion3Test, RowIdsDoNotOverlap) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b", "c"})), IsOk());
  ASSERT_THAT(Commit(Append(*seen, 3, {"d"})), IsOk());
  TableMetadataPtr table = Table();
  const Snapshot& last = *table->current_snapshot();
  EXPECT_EQ(last.first_row_id, 3 * kRows);
  EXPECT_EQ(last.added_rows, kRows);
  EXPECT_EQ(table->next_row_id, 4 * kRows);
  std::vector<int64_t> firsts;
  for (const ManifestFile& manifest : ListOf(last)) {
    firsts.push_back(*manifest.first_row_id);
  }
  EXPECT_THAT(firsts, ::testing::UnorderedElementsAre(0, kRows, 3 * kRows));
}

TEST_P(AppendRebaseTest, WhatWasDeletedMeanwhileStaysDeleted) {
  TableMetadataPtr seen = Table();
  Overwrite(2, "b");
  ASSERT_THAT(Commit(Append(*seen, 3, {"c"})), IsOk());
  EXPECT_THAT(Files(), ElementsAre(File("b", 2), File("c", 3)));
}

TEST_P(AppendRebaseTest, ALostRaceLeavesNoListBehind) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  TableChange change = Append(*seen, 3, {"c"});
  store::testing::RacingStore racing(catalog_.store());
  racing.races_left = 3;
  size_t files = objects_.size();
  TableCommitService commits(catalog_.environment(racing));
  ASSERT_THAT(commits.Commit(catalog_.call(), change), IsOk());
  EXPECT_EQ(racing.races_lost, 3);
  EXPECT_EQ(objects_.size(), files + 2) << "a list and a metadata file";
}

TEST_P(AppendRebaseTest, OnlyWhereTheTableWantsIt) {
  TableChange off;
  off.identifier = identifier();
  off.updates = {iceberg::SetProperties{{{std::string(kRebaseAppendsProperty), "false"}}}};
  ASSERT_THAT(Commit(off), IsOk());
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  ExpectConflict(Append(*seen, 3, {"c"}));
}

TEST_P(AppendRebaseTest, OtherOperationsDoNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  for (const char* operation : {"overwrite", "delete", "replace"}) {
    ExpectConflict(Edited(Append(*seen, 3, {"c"}),
                          [&](Snapshot& snapshot) { snapshot.operation = operation; }));
  }
}

TEST_P(AppendRebaseTest, OtherUpdatesDoNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  TableChange change = Append(*seen, 3, {"c"});
  change.updates.emplace_back(iceberg::SetProperties{{{"k", "v"}}});
  ExpectConflict(change);
}

TEST_P(AppendRebaseTest, OtherRequirementsMustHold) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  TableChange change = Append(*seen, 3, {"c"});
  change.requirements.emplace_back(iceberg::AssertCurrentSchemaId{iceberg::SchemaId(7)});
  ExpectConflict(change);
}

TEST_P(AppendRebaseTest, AMergeAppendDoesNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  // Takes the entries of the manifest that it saw into its own.
  ManifestFile old = ListOf(*seen->current_snapshot()).front();
  auto entries = iceberg::ReadManifest(*objects_.Read(old.path, 1 << 20), old);
  ManifestFile merged = Manifest(*seen, 3, [&](iceberg::ManifestWriter& writer) {
    EXPECT_THAT(writer.Add(FileOf("c")), IsOk());
    EXPECT_THAT(writer.AddExisting(entries->front()), IsOk());
  });
  ExpectConflict(ChangeOf(*seen, 3, {merged}));
  // The same, though its row does not say so.
  merged.existing_files_count = 0;
  Manifests all{merged};
  std::ranges::copy(ListOf(*seen->current_snapshot()), std::back_inserter(all));
  ExpectConflict(ChangeOf(*seen, 3, all));
}

TEST_P(AppendRebaseTest, AListNeedNotRememberDeletedFiles) {
  // The newest list has a manifest that only says that a file is gone.
  TableMetadataPtr first = Table();
  ManifestFile old = ListOf(*first->current_snapshot()).front();
  auto entries = iceberg::ReadManifest(*objects_.Read(old.path, 1 << 20), old);
  ManifestFile gone = Manifest(*first, 2, [&](iceberg::ManifestWriter& writer) {
    EXPECT_THAT(writer.AddDeleted(entries->front()), IsOk());
  });
  ASSERT_THAT(Commit(Edited(ChangeOf(*first, 2, {gone, Added(*first, 2, {"b"})}),
                            [](Snapshot& snapshot) { snapshot.operation = "overwrite"; })),
              IsOk());
  TableMetadataPtr seen = Table();
  Manifests kept = ListOf(*seen->current_snapshot());
  std::erase_if(kept, [](const ManifestFile& manifest) { return manifest.added_files_count == 0; });
  kept.insert(kept.begin(), Added(*seen, 4, {"d"}));
  TableChange change = ChangeOf(*seen, 4, kept);
  ASSERT_THAT(Commit(Append(*seen, 3, {"c"})), IsOk());
  EXPECT_THAT(Commit(change), IsOk());
}

TEST_P(AppendRebaseTest, AListThatLeavesSomethingOutDoesNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  ExpectConflict(ChangeOf(*seen, 3, {Added(*seen, 3, {"c"})}));
}

TEST_P(NumberedAppendTest, EntriesWithNumbersOfTheirOwnDoNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  ManifestFile added = Manifest(*seen, 3, [&](iceberg::ManifestWriter& writer) {
    EXPECT_THAT(writer.Add(FileOf("c"), seen->next_sequence_number()), IsOk());
  });
  Manifests all{added};
  std::ranges::copy(ListOf(*seen->current_snapshot()), std::back_inserter(all));
  ExpectConflict(ChangeOf(*seen, 3, all));
}

TEST_P(AppendRebaseTest, ABranchThatLeftTheParentTakesNothing) {
  TableMetadataPtr first = Table();
  ASSERT_THAT(Commit(Append(*first, 2, {"b"})), IsOk());
  TableMetadataPtr seen = Table();
  TableChange rollback;
  rollback.identifier = identifier();
  iceberg::SetSnapshotRef set{"main", {}};
  set.ref.snapshot_id = SnapshotId(1);
  rollback.updates = {set};
  ASSERT_THAT(Commit(rollback), IsOk());
  ExpectConflict(Append(*seen, 3, {"c"}));
}

TEST_P(AppendRebaseTest, ListsElsewhereAreNotRead) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  TableChange change = Append(*seen, 3, {"c"});
  std::string list = std::get<iceberg::AddSnapshot>(change.updates.front()).snapshot->manifest_list;
  auto bytes = objects_.Read(list, 1 << 20);
  ASSERT_THAT(objects_.Write("s3://another/snap.avro", *bytes, storage::WriteMode::kCreateNew),
              IsOk());
  ExpectConflict(Edited(std::move(change), [](Snapshot& snapshot) {
    snapshot.manifest_list = "s3://another/snap.avro";
  }));
}

TEST_P(AppendRebaseTest, ASnapshotHasTheSchemaOfWhenItIsMade) {
  TableMetadataPtr seen = Table();
  TableChange evolve;
  evolve.identifier = identifier();
  auto wider = iceberg::Schema::Make(iceberg::SchemaId(1),
                                     {{.id = iceberg::FieldId(1),
                                       .name = "id",
                                       .type = iceberg::Type::Plain(iceberg::TypeId::kLong)},
                                      {.id = iceberg::FieldId(2),
                                       .name = "more",
                                       .type = iceberg::Type::Plain(iceberg::TypeId::kLong)}},
                                     {});
  evolve.updates = {iceberg::AddSchema{*wider}, iceberg::SetCurrentSchema{iceberg::SchemaId(-1)}};
  ASSERT_THAT(Commit(evolve), IsOk());
  ASSERT_THAT(Commit(Append(*Table(), 2, {"b"})), IsOk());
  ASSERT_THAT(Commit(Append(*seen, 3, {"c"})), IsOk());
  EXPECT_EQ(Table()->current_snapshot()->schema_id, Table()->current_schema_id);
  EXPECT_NE(Table()->current_schema_id, seen->current_schema_id);
}

TEST_P(AppendRebaseTest, ATotalThatCannotBeStaysUnsaid) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Edited(Append(*seen, 2, {"b"}),
                            [](Snapshot& snapshot) {
                              snapshot.summary = {};
                              snapshot.summary.Add("total-records", "9223372036854775807");
                            })),
              IsOk());
  ASSERT_THAT(Commit(Append(*seen, 3, {"c"})), IsOk());
  EXPECT_EQ(Table()->current_snapshot()->summary.Find("total-records"), std::nullopt);
}

TEST_P(AppendRebaseTest, CountsThatAreNotThoseOfTheEntriesDoNotMove) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  for (auto change : {+[](ManifestFile& row) { row.added_rows_count = 1; },
                      +[](ManifestFile& row) { row.added_files_count = 7; }}) {
    ManifestFile added = Added(*seen, 3, {"c"});
    change(added);
    Manifests all{added};
    std::ranges::copy(ListOf(*seen->current_snapshot()), std::back_inserter(all));
    ExpectConflict(ChangeOf(*seen, 3, all));
  }
}

TEST_P(AppendRebaseTest, ManifestsElsewhereAreNotRead) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  ManifestFile added = Added(*seen, 3, {"c"});
  auto bytes = objects_.Read(added.path, 1 << 20);
  added.path = "s3://another/m.avro";
  ASSERT_THAT(objects_.Write(added.path, *bytes, storage::WriteMode::kCreateNew), IsOk());
  Manifests all{added};
  std::ranges::copy(ListOf(*seen->current_snapshot()), std::back_inserter(all));
  ExpectConflict(ChangeOf(*seen, 3, all));
}

TEST_P(AppendRebaseTest, AnotherBranchKeepsItsRetention) {
  TableMetadataPtr first = Table();
  TableChange branch;
  branch.identifier = identifier();
  iceberg::SetSnapshotRef set{"work", {}};
  set.ref.snapshot_id = SnapshotId(1);
  set.ref.min_snapshots_to_keep = 7;
  branch.updates = {set};
  ASSERT_THAT(Commit(branch), IsOk());
  auto on_branch = [&](TableChange change) {
    change.requirements.back() = iceberg::AssertRefSnapshotId{"work", SnapshotId(1)};
    std::get<iceberg::SetSnapshotRef>(change.updates.back()).name = "work";
    return change;
  };
  ASSERT_THAT(Commit(on_branch(Append(*first, 2, {"b"}))), IsOk());
  set.ref.snapshot_id = SnapshotId(2);
  branch.updates = {set};
  ASSERT_THAT(Commit(branch), IsOk());
  ASSERT_THAT(Commit(on_branch(Append(*first, 3, {"c"}))), IsOk());
  const iceberg::SnapshotRef* work = Table()->FindRef("work");
  EXPECT_EQ(work->snapshot_id, SnapshotId(3));
  EXPECT_EQ(work->min_snapshots_to_keep, 7);
  EXPECT_EQ(Table()->current_snapshot_id, SnapshotId(1));
}

TEST_P(AppendRebaseTest, ASnapshotIsAddedOnce) {
  TableMetadataPtr seen = Table();
  ASSERT_THAT(Commit(Append(*seen, 2, {"b"})), IsOk());
  ExpectConflict(Append(*seen, 2, {"b"}));
}

INSTANTIATE_TEST_SUITE_P(Versions, AppendRebaseTest, ::testing::Values(1, 2, 3));
INSTANTIATE_TEST_SUITE_P(Versions, NumberedAppendTest, ::testing::Values(2, 3));
INSTANTIATE_TEST_SUITE_P(Versions, AppendOfVersion3Test, ::testing::Values(3));

}  // namespace
}  // namespace firn::service
