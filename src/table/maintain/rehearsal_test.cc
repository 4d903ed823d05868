#include "table/maintain/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::MaintainedTable;
using ::testing::SizeIs;

constexpr int64_t kMaxBytes = 1 << 20;

TEST(RehearsalTest, CommitsStayInMemory) {
  MaintainedTable table;
  table.AddData("a");
  const auto stored = table.Stored();
  Rehearsal rehearsal(table.Load(), table.clock);
  for (const char* name : {"b", "c"}) {
    const Table base = rehearsal.Current();
    SnapshotAction action(base, Append({MaintainedTable::Data(name)}, ManifestMerging::kNever), {},
                          table.tools);
    ASSERT_THAT(CommitAction(rehearsal, base, action, table.tools), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(Table tried, rehearsal.Load(table.identifier));
  EXPECT_THAT(tried.metadata->snapshots, SizeIs(3));
  const std::string& list = tried.metadata->current_snapshot()->manifest_list;
  EXPECT_THAT(tried.files->Read(list, kMaxBytes), IsOk());
  EXPECT_FALSE(table.IsStored(list));
  EXPECT_EQ(table.Stored(), stored);
  EXPECT_THAT(table.Load().metadata->snapshots, SizeIs(1));
}

TEST(RehearsalTest, FilesOfTheTableAreReadAndNeverDeleted) {
  MaintainedTable table;
  table.AddData("a");
  const std::string list = table.Load().metadata->current_snapshot()->manifest_list;
  Rehearsal rehearsal(table.Load(), table.clock);
  storage::ObjectStore& files = *rehearsal.Current().files;
  EXPECT_THAT(files.Delete(list), IsOk());
  EXPECT_THAT(files.Write(list, "mine", storage::WriteMode::kOverwrite), IsOk());
  EXPECT_TRUE(table.IsStored(list));
  EXPECT_THAT(files.Read(list, kMaxBytes), IsOkAnd("mine"));
  EXPECT_THAT(table.memory.Read(list, kMaxBytes), IsOkAnd(::testing::Ne("mine")));
}

TEST(RehearsalTest, RequirementsHold) {
  MaintainedTable table;
  table.AddData("a");
  Rehearsal rehearsal(table.Load(), table.clock);
  TableChange change;
  change.requirements = {iceberg::AssertTableUuid{"another"}};
  EXPECT_THAT(rehearsal.Commit(rehearsal.Current(), change), IsError(ErrorCode::kCommitConflict));
}

}  // namespace
}  // namespace firn::table
