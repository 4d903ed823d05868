#include "table/evolve/property_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using iceberg::testing::At;
using iceberg::testing::MustApply;
using iceberg::testing::NewTestTable;

TEST(PropertyChangeTest, SetsAndRemoves) {
  auto table = NewTestTable(1);
  auto updates = ChangeProperties(*table, {{"a", "1"}, {"b", "2"}, {"format-version", "2"}}, {});
  ASSERT_TRUE(updates.has_value());
  table = MustApply(table, *updates, At(1));
  EXPECT_EQ(table->FindProperty("a"), "1");
  EXPECT_EQ(table->format_version, 2);
  std::vector<std::string> removed{"a", "none"};
  updates = ChangeProperties(*table, {{"b", "2"}}, removed);
  ASSERT_TRUE(updates.has_value());
  EXPECT_EQ(updates->size(), 1U);
  table = MustApply(table, *updates, At(2));
  EXPECT_EQ(table->FindProperty("a"), std::nullopt);
}

TEST(PropertyChangeTest, Refused) {
  auto table = NewTestTable(2);
  std::vector<std::string> removed{"a"};
  EXPECT_THAT(ChangeProperties(*table, {{"format-version", "1"}}, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ChangeProperties(*table, {{"format-version", "4"}}, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ChangeProperties(*table, {{"uuid", "x"}}, {}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ChangeProperties(*table, {{"a", "1"}}, removed),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
