#include "table/commit/requirements.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iceberg/metadata/testing/tables.h"

namespace firn::table {
namespace {

using iceberg::testing::Append;
using iceberg::testing::NewTestTable;

template <class T>
const T* Find(const std::vector<iceberg::TableRequirement>& requirements) {
  for (const auto& requirement : requirements) {
    if (const T* found = std::get_if<T>(&requirement)) {
      return found;
    }
  }
  return nullptr;
}

TEST(RequirementsTest, EveryChangeIsOfThisTable) {
  auto table = NewTestTable(2);
  auto requirements = RequirementsFor(*table, {});
  ASSERT_EQ(requirements.size(), 1U);
  EXPECT_EQ(std::get<iceberg::AssertTableUuid>(requirements[0]).uuid, table->uuid);
}

TEST(RequirementsTest, ARefMustBeWhereItWas) {
  auto table = Append(NewTestTable(2), 7, 1);
  iceberg::SetSnapshotRef set{"main", {}};
  iceberg::SetSnapshotRef make{"audit", {}};
  std::vector<iceberg::TableUpdate> updates{set, make, set};
  auto requirements = RequirementsFor(*table, updates);
  ASSERT_EQ(requirements.size(), 3U);
  EXPECT_EQ(std::get<iceberg::AssertRefSnapshotId>(requirements[1]).snapshot_id,
            iceberg::SnapshotId(7));
  EXPECT_EQ(std::get<iceberg::AssertRefSnapshotId>(requirements[2]).ref, "audit");
  EXPECT_EQ(std::get<iceberg::AssertRefSnapshotId>(requirements[2]).snapshot_id, std::nullopt);
}

TEST(RequirementsTest, StructureMustNotHaveMoved) {
  auto table = NewTestTable(2);
  std::vector<iceberg::TableUpdate> updates{
      iceberg::AddSchema{table->current_schema()}, iceberg::SetCurrentSchema{}, iceberg::AddSpec{},
      iceberg::SetDefaultSpec{}, iceberg::SetDefaultSortOrder{}};
  auto requirements = RequirementsFor(*table, updates);
  EXPECT_EQ(requirements.size(), 6U);
  ASSERT_NE(Find<iceberg::AssertLastAssignedFieldId>(requirements), nullptr);
  EXPECT_EQ(Find<iceberg::AssertLastAssignedFieldId>(requirements)->last_assigned_field_id,
            table->last_column_id);
  EXPECT_NE(Find<iceberg::AssertCurrentSchemaId>(requirements), nullptr);
  ASSERT_NE(Find<iceberg::AssertLastAssignedPartitionId>(requirements), nullptr);
  EXPECT_EQ(Find<iceberg::AssertLastAssignedPartitionId>(requirements)->last_assigned_partition_id,
            table->last_partition_id);
  EXPECT_NE(Find<iceberg::AssertDefaultSpecId>(requirements), nullptr);
  EXPECT_NE(Find<iceberg::AssertDefaultSortOrderId>(requirements), nullptr);
}

TEST(RequirementsTest, WhatBranchesMayUseIsRemovedOnlyWhereTheyStand) {
  auto table = Append(NewTestTable(2), 7, 1);
  std::vector<iceberg::TableUpdate> updates{iceberg::RemoveSchemas{{iceberg::SchemaId(3)}}};
  auto requirements = RequirementsFor(*table, updates);
  EXPECT_NE(Find<iceberg::AssertCurrentSchemaId>(requirements), nullptr);
  ASSERT_NE(Find<iceberg::AssertRefSnapshotId>(requirements), nullptr);
  EXPECT_EQ(Find<iceberg::AssertRefSnapshotId>(requirements)->ref, "main");
}

}  // namespace
}  // namespace firn::table
