#include "iceberg/metadata/table_requirement.h"

#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Append;
using testing::NewTestTable;

TableMetadataPtr Table() {
  static const TableMetadataPtr kTable = Append(NewTestTable(2), 5, 1);
  return kTable;
}

/// What clients compare: the text is part of the contract here.
std::string Failure(const TableMetadata* base, TableRequirement requirement) {
  auto status = CheckRequirements(base, std::vector<TableRequirement>{std::move(requirement)});
  EXPECT_THAT(status, IsError(ErrorCode::kCommitConflict));
  return status.has_value() ? "" : status.error().message();
}

TEST(TableRequirement, AllHold) {
  std::vector<TableRequirement> requirements{
      AssertTableUuid{"9C12D441-03FE-4693-9A96-A0705DDF69C1"},
      AssertRefSnapshotId{"main", SnapshotId(5)},
      AssertRefSnapshotId{"other", std::nullopt},
      AssertLastAssignedFieldId{FieldId(3)},
      AssertCurrentSchemaId{SchemaId(0)},
      AssertLastAssignedPartitionId{FieldId(1000)},
      AssertDefaultSpecId{SpecId(0)},
      AssertDefaultSortOrderId{SortOrderId(0)},
  };
  EXPECT_THAT(CheckRequirements(Table().get(), requirements), IsOk());
  EXPECT_FALSE(IsCreate(requirements));
  requirements.emplace_back(AssertCreate());
  EXPECT_TRUE(IsCreate(requirements));
}

TEST(TableRequirement, FailuresSayWhatClientsCompare) {
  const TableMetadata* table = Table().get();
  EXPECT_EQ(Failure(table, AssertCreate()), "Requirement failed: table already exists");
  EXPECT_EQ(Failure(table, AssertTableUuid{"x"}),
            "Requirement failed: UUID does not match: expected "
            "9c12d441-03fe-4693-9a96-a0705ddf69c1 != x");
  EXPECT_EQ(Failure(table, AssertRefSnapshotId{"main", SnapshotId(4)}),
            "Requirement failed: branch main has changed: expected id 4 != 5");
  EXPECT_EQ(Failure(table, AssertRefSnapshotId{"main", std::nullopt}),
            "Requirement failed: branch main was created concurrently");
  EXPECT_EQ(Failure(table, AssertRefSnapshotId{"other", SnapshotId(4)}),
            "Requirement failed: branch or tag other is missing, expected 4");
  EXPECT_EQ(Failure(table, AssertLastAssignedFieldId{FieldId(2)}),
            "Requirement failed: last assigned field id changed: expected id 2 != 3");
  EXPECT_EQ(Failure(table, AssertCurrentSchemaId{SchemaId(1)}),
            "Requirement failed: current schema changed: expected id 1 != 0");
  EXPECT_EQ(Failure(table, AssertLastAssignedPartitionId{FieldId(999)}),
            "Requirement failed: last assigned partition id changed: expected id 999 != 1000");
  EXPECT_EQ(Failure(table, AssertDefaultSpecId{SpecId(1)}),
            "Requirement failed: default partition spec changed: expected id 1 != 0");
  EXPECT_EQ(Failure(table, AssertDefaultSortOrderId{SortOrderId(1)}),
            "Requirement failed: default sort order changed: expected id 1 != 0");
}

TEST(TableRequirement, WithoutATable) {
  EXPECT_THAT(CheckRequirements(nullptr, std::vector<TableRequirement>{AssertCreate()}), IsOk());
  EXPECT_THAT(CheckRequirements(nullptr, std::vector<TableRequirement>{AssertTableUuid{"x"}}),
              IsError(ErrorCode::kCommitConflict));
}

}  // namespace
}  // namespace firn::iceberg
