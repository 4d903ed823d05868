#include "table/evolve/layout_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using iceberg::NestedField;
using iceberg::Transform;
using iceberg::TransformKind;
using iceberg::Type;
using iceberg::TypeId;

iceberg::Schema Columns() {
  std::vector<NestedField> fields;
  for (const auto& [name, type] : {std::pair("id", TypeId::kLong),
                                   {"region", TypeId::kString},
                                   {"ts", TypeId::kTimestampTz},
                                   {"a, \"b\"", TypeId::kString},
                                   {"asc", TypeId::kInt}}) {
    fields.push_back({.id = iceberg::FieldId(static_cast<int32_t>(fields.size()) + 1),
                      .name = name,
                      .type = Type::Plain(type)});
  }
  return iceberg::Schema::Make(iceberg::SchemaId(0), std::move(fields), {}).value();
}

/// The text of the table's spec that `text` makes.
std::string SpecText(std::string_view text) {
  auto field = ParsePartitionField(text);
  if (!field.has_value()) {
    return field.error().message();
  }
  auto spec = NewSpec(Columns(), std::vector{*field});
  if (!spec.has_value()) {
    return spec.error().message();
  }
  return ToText(iceberg::BindSpec(*spec, Columns()).value().fields[0], Columns());
}

std::string OrderText(std::string_view text) {
  auto column = ParseSortColumn(text);
  if (!column.has_value()) {
    return column.error().message();
  }
  auto order = NewSortOrder(Columns(), std::vector{*column});
  return order.has_value() ? ToText(order->fields[0], Columns()) : order.error().message();
}

TEST(LayoutTextTest, PartitionFieldsAreReadAndPrintedAlike) {
  for (const char* text : {"region", "bucket(16, id)", "truncate(4, region)", "year(ts)",
                           "month(ts)", "day(ts)", "hour(ts)", "day(ts) as event_day", "asc",
                           R"("a, ""b""")", R"(truncate(2, "a, ""b"""))", R"(region as "a b")"}) {
    EXPECT_EQ(SpecText(text), text);
  }
}

TEST(LayoutTextTest, OtherSpellingsOfPartitionFields) {
  EXPECT_EQ(SpecText(" Days( ts ) "), "day(ts)");
  EXPECT_EQ(SpecText("identity(region)"), "region");
  EXPECT_EQ(SpecText("BUCKET(8,id)AS id_bucket_8"), "bucket(8, id)");
  EXPECT_EQ(ParsePartitionField("hours(a.b)")->source, "a.b");
}

TEST(LayoutTextTest, SortColumnsAreReadAndPrintedAlike) {
  for (const char* text : {"ts", "ts desc", "ts nulls last", "ts desc nulls first",
                           "bucket(16, id) desc", "day(ts)", "asc desc"}) {
    EXPECT_EQ(OrderText(text), text);
  }
  EXPECT_EQ(OrderText("ts ASC Nulls First"), "ts");
  EXPECT_EQ(OrderText("ts desc nulls last"), "ts desc");
}

TEST(LayoutTextTest, WhatCannotBeReadIsAnError) {
  for (const char* text : {"", " ", "day(", "day()", "day(ts", "day(ts) x", "bucket(id)",
                           "bucket(0, id)", "bucket(-1, id)", "bucket(id, 16)", "day(3, ts)",
                           "round(ts)", "\"ts", "day(ts) as", "a b"}) {
    EXPECT_THAT(ParsePartitionField(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
  for (const char* text : {"", "ts down", "ts nulls", "ts nulls middle", "desc(ts)", "ts desc x"}) {
    EXPECT_THAT(ParseSortColumn(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(LayoutTextTest, AColumnThatIsGoneIsItsId) {
  const iceberg::PartitionField field{iceberg::FieldId(9), iceberg::FieldId(1000), "old",
                                      Transform::Bucket(4)};
  EXPECT_EQ(ToText(field, Columns()), "bucket(4, #9) as old");
}

TEST(NewSpecTest, WhatDoesNotFitTheSchemaIsAnError) {
  auto spec = [](std::vector<AddPartitionField> fields) { return NewSpec(Columns(), fields); };
  const Transform day = Transform::Plain(TransformKind::kDay);
  EXPECT_THAT(spec({{"lost", day, {}}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(spec({{"region", day, {}}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(spec({{"ts", day, {}}, {"ts", Transform::Plain(TransformKind::kHour), {}}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(spec({{"ts", day, "x"}, {"id", Transform::Bucket(2), "x"}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(spec({})->fields.size(), 0U);
  EXPECT_FALSE(NewSortOrder(Columns(), {})->is_sorted());
}

}  // namespace
}  // namespace firn::table
