// Expiry on a real catalog file while another client tags what is about to go.
#include <filesystem>

#include "base/testing/matchers.h"
#include "base/thread_pool.h"
#include "catalog/sql/sql_catalog.h"
#include "catalog/testing/catalog_suite.h"
#include "iceberg/metadata/testing/tables.h"
#include "storage/local_object_store.h"
#include "storage/testing/test_folder.h"
#include "table/commit/commit_action.h"
#include "table/commit/operations.h"
#include "table/commit/snapshot_action.h"
#include "table/maintain/snapshot_expiry.h"

namespace firn::catalog::sql {
namespace {

using firn::testing::IsOk;
using iceberg::SnapshotId;

/// Another client tags a snapshot between the first commit's preparation and its swap.
class TaggedMeanwhile final : public table::TableStore {
 public:
  TaggedMeanwhile(Catalog& catalog, SnapshotId tagged) : catalog_(catalog), tagged_(tagged) {}

  Result<table::Table> Load(const TableIdentifier& identifier) override {
    return catalog_.Load(identifier);
  }
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override {
    if (commits_++ == 0) {
      iceberg::SetSnapshotRef tag{"release",
                                  {.snapshot_id = tagged_, .type = iceberg::SnapshotRefType::kTag}};
      RETURN_IF_ERROR(catalog_.Commit(base, {.updates = {tag}, .requirements = {}}));
    }
    return catalog_.Commit(base, change);
  }
  int commits() const { return commits_; }

 private:
  Catalog& catalog_;
  SnapshotId tagged_;
  int commits_ = 0;
};

class ExpiryRaceTest : public ::testing::Test {
 protected:
  SnapshotId Append(std::string_view name) {
    clock_.Advance(std::chrono::minutes(1));
    table::Table table = catalog_.Load(kT).value();
    table::AddedFile added;
    added.file.path = table.metadata->location + "/data/" + std::string(name);
    added.file.format = iceberg::FileFormat::kParquet;
    added.file.record_count = 1;
    added.file.file_size_bytes = 4;
    EXPECT_THAT(files_->Write(added.file.path, "PAR1", storage::WriteMode::kCreateNew), IsOk());
    table::SnapshotAction action(table, table::Append({added}, table::ManifestMerging::kNever), {},
                                 tools_);
    return table::CommitAction(catalog_, table, action, tools_)
        .value()
        .metadata->current_snapshot()
        ->id;
  }

  const TableIdentifier kT{{{"db"}}, "t"};
  storage::testing::TestFolder folder_;
  ManualClock clock_{iceberg::testing::kCreated};
  std::shared_ptr<storage::ObjectStore> files_ = storage::LocalObjectStore::Make({}).value();
  SqlCatalog catalog_{
      {.path = folder_.At("c.db"), .warehouse = folder_.At("wh"), .busy_timeout = {}},
      files_,
      clock_};
  ThreadPool pool_{0};
  table::CommitTools tools_ = table::SystemCommitTools(clock_, pool_);
};

TEST_F(ExpiryRaceTest, TheTagAndItsFilesStay) {
  ASSERT_THAT(catalog_.CreateNamespace(kT.name_space, {}), IsOk());
  ASSERT_THAT(catalog_.CreateTable(kT, {.schema = OneColumnSchema()}), IsOk());
  const SnapshotId first = Append("a");
  const SnapshotId second = Append("b");
  Append("c");
  clock_.Advance(std::chrono::minutes(1));
  TaggedMeanwhile store(catalog_, first);
  table::MaintenanceContext context{
      .catalog = store, .tools = tools_, .progress = {}, .may_go_on = {}};
  ASSERT_OK_AND_ASSIGN(table::Table table, catalog_.Load(kT));
  const std::string list = table.metadata->FindSnapshot(first)->manifest_list;
  ASSERT_OK_AND_ASSIGN(
      auto report, table::ExpireSnapshots(
                       context, table,
                       {.mode = table::RunMode::kRun, .retention = {.older_than = clock_.Now()}}));
  EXPECT_EQ(store.commits(), 2);
  EXPECT_THAT(report.expired.snapshots, ::testing::ElementsAre(second));
  ASSERT_OK_AND_ASSIGN(table, catalog_.Load(kT));
  ASSERT_NE(table.metadata->FindRef("release"), nullptr);
  EXPECT_EQ(table.metadata->FindRef("release")->snapshot_id, first);
  EXPECT_THAT(files_->Read(list, 1 << 20), IsOk());
  EXPECT_THAT(files_->Read(table.metadata->location + "/data/a", 4), IsOk());
}

}  // namespace
}  // namespace firn::catalog::sql
