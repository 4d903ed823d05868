#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/operations.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using testing::CommitFixture;
using testing::Recount;

Recount AppendMerging(CommitFixture& fixture, std::string_view name) {
  auto table = fixture.Commit(Append({CommitFixture::Data(name)}, ManifestMerging::kByProperties));
  EXPECT_TRUE(table.has_value());
  return fixture.Count(*table->metadata->current_snapshot());
}

TEST(ManifestMergerTest, WaitsForTheLeastCount) {
  CommitFixture fixture;
  fixture.SetProperties({{"commit.manifest.min-count-to-merge", "3"}});
  EXPECT_EQ(AppendMerging(fixture, "a").manifests.size(), 1U);
  EXPECT_EQ(AppendMerging(fixture, "b").manifests.size(), 2U);
  Recount merged = AppendMerging(fixture, "c");
  EXPECT_EQ(merged.manifests.size(), 1U);
  EXPECT_EQ(merged.data_files.size(), 3U);
  EXPECT_EQ(merged.manifests[0].added_files_count, 1);
  EXPECT_EQ(merged.manifests[0].existing_files_count, 2);
  EXPECT_EQ(merged.manifests[0].min_sequence_number.value(), 1);
  // The new file's own manifest was never stored.
  EXPECT_EQ(fixture.FilesStored(), fixture.MetadataFilesNamed());
}

TEST(ManifestMergerTest, IsTurnedOffByAProperty) {
  CommitFixture fixture;
  fixture.SetProperties(
      {{"commit.manifest.min-count-to-merge", "2"}, {"commit.manifest-merge.enabled", "false"}});
  AppendMerging(fixture, "a");
  EXPECT_EQ(AppendMerging(fixture, "b").manifests.size(), 2U);
}

TEST(ManifestMergerTest, LargeManifestsAreLeftAlone) {
  CommitFixture fixture;
  fixture.SetProperties(
      {{"commit.manifest.min-count-to-merge", "2"}, {"commit.manifest.target-size-bytes", "1"}});
  AppendMerging(fixture, "a");
  AppendMerging(fixture, "b");
  EXPECT_EQ(AppendMerging(fixture, "c").manifests.size(), 3U);
}

TEST(ManifestMergerTest, DeletionsAreForgottenByTheNextMerge) {
  CommitFixture fixture;
  fixture.SetProperties({{"commit.manifest.min-count-to-merge", "2"}});
  fixture.MustAppend({CommitFixture::Data("a"), CommitFixture::Data("b")});
  ASSERT_OK_AND_ASSIGN(Table table,
                       fixture.Commit(DeleteFiles({CommitFixture::Key(CommitFixture::Data("a"))})));
  EXPECT_EQ(fixture.Count(*table.metadata->current_snapshot()).manifests[0].deleted_files_count, 1);
  EXPECT_EQ(AppendMerging(fixture, "c").manifests[0].deleted_files_count, 0);
}

}  // namespace
}  // namespace firn::table
