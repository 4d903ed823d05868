// Partitions whose column was promoted or dropped since their files were written: deletes go on
// applying, partitions are replaced and rewritten with their values.
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "table/compact/compaction.h"
#include "table/compact/testing/compacted_table.h"
#include "table/maintain/dangling_deletes.h"
#include "table/maintain/manifest_rewrite.h"

namespace firn::table {
namespace {

using firn::testing::IsOk;
using testing::CompactedTable;
using ::testing::ElementsAre;
using testing::Range;

class EvolvedPartitionsTest : public ::testing::TestWithParam<int> {
 protected:
  /// Makes a schema of `part` and the other columns the current one; without it where it is empty.
  void ChangePart(const std::string& part) {
    table_.MustUpdate({iceberg::AddSchema{iceberg::testing::SchemaOfFields(
                           R"({"id":1,"name":"id","required":true,"type":"long"},)" + part +
                           R"({"id":3,"name":"name","required":false,"type":"string"})")},
                       iceberg::SetCurrentSchema{iceberg::SchemaId(iceberg::kLastAdded)}});
  }

  void Promote() { ChangePart(R"({"id":2,"name":"part","required":false,"type":"long"},)"); }

  /// `part` leaves the spec, then the schema.
  void DropPart() {
    table_.MustUpdate({iceberg::AddSpec{iceberg::testing::SpecOf(R"({"fields":[]})")},
                       iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}});
    ChangePart("");
  }

  std::vector<int64_t> Ids() {
    auto ids = table_.SortedIds();
    EXPECT_THAT(ids, IsOk());
    return ids.value_or(std::vector<int64_t>());
  }

  int64_t RemoveDangling() {
    auto report =
        RemoveDanglingDeletes(table_.Maintenance(), table_.table, {.mode = RunMode::kRun});
    EXPECT_THAT(report, IsOk());
    table_.Reload();
    return report.has_value() ? report->removed() : -1;
  }

  CompactedTable table_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, EvolvedPartitionsTest, ::testing::Values(2, 3));

TEST_P(EvolvedPartitionsTest, MarkedRowsOfAPromotedPartitionStayDeleted) {
  table_.Append(0, 3);
  table_.Append(10, 3);
  Promote();
  table_.Delete("id in (1, 11)");
  EXPECT_THAT(Ids(), ElementsAre(0, 2, 10, 12));
  EXPECT_EQ(RemoveDangling(), 0);
  EXPECT_THAT(Ids(), ElementsAre(0, 2, 10, 12));
  table_.MustCompact({.choice = FileChoice::kAll});
  EXPECT_THAT(Ids(), ElementsAre(0, 2, 10, 12));
}

TEST_P(EvolvedPartitionsTest, EqualityDeletesOfAPromotedPartitionApply) {
  table_.Append(0, 3);
  Promote();
  table_.DeleteEqual({1}, 0);
  EXPECT_THAT(Ids(), ElementsAre(0, 2));
  EXPECT_EQ(RemoveDangling(), 0);
  EXPECT_THAT(Ids(), ElementsAre(0, 2));
}

TEST_P(EvolvedPartitionsTest, APromotedPartitionIsReplaced) {
  table_.Append(0, 3);
  table_.Append(100, 1);
  Promote();
  ASSERT_THAT(table_.WriterOf(10, 2)->ReplacePartitions(), IsOk());
  table_.Reload();
  EXPECT_THAT(Ids(), ElementsAre(10, 11, 100));
}

TEST_P(EvolvedPartitionsTest, ManifestsAreOrderedAcrossAPromotion) {
  table_.Append(300, 1);
  table_.Append(100, 1);
  Promote();
  table_.Append(200, 1);
  table_.Append(0, 1);
  ASSERT_THAT(RewriteManifests(table_.Maintenance(), table_.table,
                               {.mode = RunMode::kRun, .choice = ManifestChoice::kAll}),
              IsOk());
  table_.Reload();
  TableScanRequest request;
  request.columns = {"part"};
  ASSERT_OK_AND_ASSIGN(auto scan, table_.Open(request));
  std::vector<int64_t> parts;
  while (true) {
    ASSERT_OK_AND_ASSIGN(auto batch, scan->Next());
    if (batch == nullptr) {
      break;
    }
    const auto& values = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t row = 0; row < values.length(); ++row) {
      parts.push_back(values.Value(row));
    }
  }
  EXPECT_THAT(parts, ElementsAre(0, 1, 2, 3));
}

TEST_P(EvolvedPartitionsTest, ATableThatIsUnpartitionedByNowIsReplacedWhole) {
  table_.Append(0, 3);
  table_.Append(100, 1);
  table_.MustUpdate({iceberg::AddSpec{iceberg::testing::SpecOf(R"({"fields":[]})")},
                     iceberg::SetDefaultSpec{iceberg::SpecId(iceberg::kLastAdded)}});
  table_.Append(20, 1);
  ASSERT_THAT(table_.WriterOf(10, 2)->ReplacePartitions(), IsOk());
  table_.Reload();
  EXPECT_THAT(Ids(), ElementsAre(10, 11));
  EXPECT_EQ(table_.table.metadata->current_snapshot()->summary.Find("replace-partitions"), "true");
}

TEST_P(EvolvedPartitionsTest, FilesOfADroppedPartitionColumnKeepTheirPartition) {
  table_.Append(0, 3);
  table_.Append(10, 3);
  table_.Delete("id in (1, 11)");
  DropPart();
  table_.Delete("id = 2");
  EXPECT_THAT(RewriteManifests(table_.Maintenance(), table_.table,
                               {.mode = RunMode::kRun, .choice = ManifestChoice::kAll}),
              IsOk());
  table_.Reload();
  EXPECT_THAT(Ids(), ElementsAre(0, 10, 12));
  TableScanRequest request;
  request.columns = {"id", "_partition"};
  ASSERT_OK_AND_ASSIGN(auto scan, table_.Open(request));
  ASSERT_OK_AND_ASSIGN(auto batch, scan->Next());
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->column(1)->GetScalar(0).ValueOrDie()->ToString(), "{part:int32 = 0}");
}

}  // namespace
}  // namespace firn::table
