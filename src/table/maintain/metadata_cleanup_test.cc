#include "table/maintain/metadata_cleanup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "table/maintain/testing/maintained_table.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using testing::MaintainedTable;

constexpr std::chrono::hours kFourDays{96};
const std::string kFolder = "s3://warehouse/test/metadata/";

class MetadataCleanupTest : public ::testing::Test {
 protected:
  /// The files of every version so far; the log keeps the last two before the current one.
  void Fill() {
    table_.SetProperties({{"write.metadata.previous-versions-max", "2"}});
    for (int i = 0; i < 5; ++i) {
      table_.AddData("f" + std::to_string(i));
      table_.StoreFile(table_.Load().metadata_location);
      versions_.push_back(table_.Load().metadata_location);
    }
    table_.StoreFile(kFolder + "00009-lost.gz.metadata.json");
    table_.StoreFile(kFolder + "below/00009-x.metadata.json");
    table_.clock.Advance(kFourDays);
  }

  Result<MetadataCleanupReport> Clean(const MetadataCleanupOptions& options) {
    MaintenanceContext context = table_.Context();
    return CleanMetadata(context, table_.Load(), options);
  }

  MaintainedTable table_{2};
  std::vector<std::string> versions_;
};

TEST_F(MetadataCleanupTest, WhatTheLogDoesNotNameGoes) {
  Fill();
  ASSERT_OK_AND_ASSIGN(MetadataCleanupReport dry, Clean({}));
  EXPECT_TRUE(table_.IsStored(versions_[0]));
  ASSERT_OK_AND_ASSIGN(MetadataCleanupReport report, Clean({.mode = RunMode::kRun}));
  EXPECT_EQ(report.files_before, 6);
  EXPECT_EQ(report.deleted.metadata_files, 3);
  EXPECT_EQ(dry.deleted.metadata_files, 3);
  EXPECT_EQ(report.files_after, 3);
  EXPECT_FALSE(table_.IsStored(versions_[0]));
  EXPECT_FALSE(table_.IsStored(versions_[1]));
  EXPECT_FALSE(table_.IsStored(kFolder + "00009-lost.gz.metadata.json"));
  EXPECT_TRUE(table_.IsStored(kFolder + "below/00009-x.metadata.json"));
  for (size_t i = 2; i < 5; ++i) {
    EXPECT_TRUE(table_.IsStored(versions_[i])) << i;
  }
  std::set<std::string> stored = table_.Stored();
  for (const std::string& file : table_.Named()) {
    EXPECT_TRUE(stored.contains(file)) << file;
  }
}

TEST_F(MetadataCleanupTest, YoungFilesStay) {
  Fill();
  table_.StoreFile(kFolder + "00010-next.metadata.json");
  ASSERT_OK_AND_ASSIGN(MetadataCleanupReport report, Clean({.mode = RunMode::kRun}));
  EXPECT_EQ(report.young, 1);
  EXPECT_TRUE(table_.IsStored(kFolder + "00010-next.metadata.json"));
  EXPECT_THAT(Clean({.mode = RunMode::kRun, .older_than = table_.clock.Now()}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(MetadataCleanupTest, InASharedFolderTheUuidDecides) {
  Fill();
  table_.SetProperties({{"write.metadata.path", "s3://warehouse/all-metadata/"}});
  const std::string own = "s3://warehouse/all-metadata/1.metadata.json";
  ASSERT_TRUE(table_.memory.Write(own, iceberg::PrintTableMetadata(*table_.Load().metadata),
                                  storage::WriteMode::kCreateNew));
  const std::string other = "s3://warehouse/all-metadata/2.metadata.json";
  table_.StoreFile(other);
  table_.clock.Advance(kFourDays);
  ASSERT_OK_AND_ASSIGN(MetadataCleanupReport report, Clean({.mode = RunMode::kRun}));
  EXPECT_EQ(report.of_others, 1);
  EXPECT_FALSE(table_.IsStored(own));
  EXPECT_TRUE(table_.IsStored(other));
}

TEST_F(MetadataCleanupTest, WhatFailsDeletesNothingThatIsNamed) {
  Fill();
  const std::set<std::string> kept(versions_.begin() + 2, versions_.end());
  bool fired = true;
  for (int64_t call = 1; fired && !HasFailure(); ++call) {
    table_.files->Arm({.call = call, .from_then_on = true});
    auto report = Clean({.mode = RunMode::kRun});
    fired = table_.files->calls() >= call;
    table_.files->Arm({});
    EXPECT_TRUE(fired || report->deleted.failed == 0);
    for (const std::string& version : kept) {
      EXPECT_TRUE(table_.IsStored(version)) << version;
    }
  }
  EXPECT_FALSE(table_.IsStored(versions_[0]));
}

}  // namespace
}  // namespace firn::table
