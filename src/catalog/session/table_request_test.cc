#include "catalog/session/table_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;

std::shared_ptr<arrow::Schema> Columns() {
  return arrow::schema({arrow::field("id", arrow::int64(), /*nullable=*/false),
                        arrow::field("ts", arrow::timestamp(arrow::TimeUnit::NANO, "UTC")),
                        arrow::field("region", arrow::utf8())});
}

TEST(TableRequestTest, TextsBecomeSpecOrderAndIdentifiers) {
  ASSERT_OK_AND_ASSIGN(NewTable table,
                       MakeNewTable(*Columns(), {.partition_by = {"day(ts)", "bucket(4, id)"},
                                                 .sort_by = {"ts desc"},
                                                 .identifier_fields = {"id"},
                                                 .properties = {{"a", "b"}},
                                                 .location = "file:///x"}));
  ASSERT_EQ(table.spec->fields.size(), 2U);
  EXPECT_EQ(table.spec->fields[1].name, "id_bucket_4");
  EXPECT_EQ(table.order->fields[0].direction, iceberg::SortDirection::kDescending);
  ASSERT_EQ(table.schema.identifier_field_ids().size(), 1U);
  EXPECT_EQ(*table.schema.FindName(table.schema.identifier_field_ids()[0]), "id");
  EXPECT_TRUE(table.schema.FindField(std::string_view("id"))->required);
  EXPECT_EQ(table.properties.at("a"), "b");
  EXPECT_EQ(table.location, "file:///x");
}

TEST(TableRequestTest, NanosecondsAreKeptFromVersion3On) {
  auto type = [](PropertyMap properties) {
    NewTable table = MakeNewTable(*Columns(), {.properties = std::move(properties)}).value();
    EXPECT_FALSE(table.spec.has_value());
    EXPECT_FALSE(table.order.has_value());
    return table.schema.FindField(std::string_view("ts"))->type->id();
  };
  EXPECT_EQ(type({}), iceberg::TypeId::kTimestampTz);
  EXPECT_EQ(type({{"format-version", "2"}}), iceberg::TypeId::kTimestampTz);
  EXPECT_EQ(type({{"format-version", "3"}}), iceberg::TypeId::kTimestampTzNs);
}

TEST(TableRequestTest, WhatDoesNotFitIsAnError) {
  for (const TableRequest& request : std::vector<TableRequest>{{.partition_by = {"day(region)"}},
                                                               {.partition_by = {"day(ts"}},
                                                               {.sort_by = {"lost"}},
                                                               {.sort_by = {"ts down"}},
                                                               {.identifier_fields = {"lost"}},
                                                               {.identifier_fields = {"region"}}}) {
    EXPECT_THAT(MakeNewTable(*Columns(), request), IsError(ErrorCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace firn::catalog
