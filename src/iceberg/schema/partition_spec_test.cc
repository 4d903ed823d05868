#include "iceberg/schema/partition_spec.h"

#include "base/testing/matchers.h"
#include "iceberg/schema/name_mapping.h"
#include "iceberg/schema/partition_spec_json.h"
#include "iceberg/schema/sort_order.h"
#include "iceberg/schema/sort_order_json.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Json;
using testing::OrderOf;
using testing::SchemaOfFields;
using testing::SpecOf;

Schema TestSchema() {
  return SchemaOfFields(R"(
    {"id":1,"name":"id","required":true,"type":"long"},
    {"id":2,"name":"ts","required":false,"type":"timestamp"},
    {"id":3,"name":"name","required":false,"type":"string"},
    {"id":4,"name":"place","required":false,"type":{"type":"struct","fields":[
      {"id":5,"name":"city","required":false,"type":"string"}]}},
    {"id":6,"name":"tags","required":false,"type":{"type":"list","element-id":7,
      "element":"string","element-required":true}})");
}

UnboundPartitionSpec OneField(std::string_view name, std::string_view transform, int source) {
  return SpecOf(R"({"spec-id":3,"fields":[{"name":")" + std::string(name) + R"(","transform":")" +
                std::string(transform) + R"(","source-id":)" + std::to_string(source) + "}]}");
}

TEST(PartitionSpec, MissingFieldIdsCountFrom1000) {
  UnboundPartitionSpec spec = SpecOf(R"({"fields":[
    {"name":"ts_day","transform":"day","source-id":2},
    {"name":"b","transform":"bucket[8]","source-id":1}]})");
  EXPECT_EQ(spec.id, std::nullopt);
  ASSERT_OK_AND_ASSIGN(PartitionSpec bound, BindSpec(spec, TestSchema()));
  EXPECT_EQ(bound.fields[0].field_id, FieldId(1000));
  EXPECT_EQ(bound.fields[1].field_id, FieldId(1001));
  EXPECT_TRUE(bound.has_sequential_ids());
  EXPECT_EQ(bound.last_assigned_field_id(), FieldId(1001));
  EXPECT_EQ(ToString(*PartitionType(bound, TestSchema())),
            "struct<1000: ts_day: optional date, 1001: b: optional int>");
}

TEST(PartitionSpec, ChecksNames) {
  EXPECT_THAT(BindSpec(OneField("id", "identity", 1), TestSchema()), IsOk());
  EXPECT_THAT(BindSpec(OneField("id", "identity", 3), TestSchema()),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(BindSpec(OneField("", "identity", 1), TestSchema()),
              IsError(ErrorCode::kInvalidArgument));
  UnboundPartitionSpec twice = OneField("x", "day", 2);
  twice.fields.push_back(twice.fields[0]);
  EXPECT_THAT(BindSpec(twice, TestSchema()), IsError(ErrorCode::kInvalidArgument));
}

TEST(PartitionSpec, ChecksSourceColumns) {
  EXPECT_THAT(BindSpec(OneField("x", "identity", 5), TestSchema()), IsOk());
  for (auto [transform, source] : std::vector<std::pair<std::string, int>>{
           {"identity", 99}, {"identity", 4}, {"day", 3}, {"identity", 7}, {"hour", 1}}) {
    EXPECT_THAT(BindSpec(OneField("x", transform, source), TestSchema()),
                IsError(ErrorCode::kInvalidArgument))
        << transform << source;
  }
  EXPECT_THAT(BindSpec(OneField("x", "void", 99), TestSchema()), IsOk());
  EXPECT_THAT(BindHistoricalSpec(OneField("x", "identity", 99), TestSchema()), IsOk());
}

TEST(PartitionSpec, CompatibleIgnoresIds) {
  ASSERT_OK_AND_ASSIGN(PartitionSpec a, BindSpec(OneField("x", "day", 2), TestSchema()));
  PartitionSpec b = a;
  b.id = SpecId(9);
  b.fields[0].field_id = FieldId(1234);
  EXPECT_TRUE(a.CompatibleWith(b));
  EXPECT_FALSE(b.has_sequential_ids());
  b.fields[0].name = "y";
  EXPECT_FALSE(a.CompatibleWith(b));
  EXPECT_TRUE(a.is_partitioned());
  a.fields[0].transform = Transform::Plain(TransformKind::kVoid);
  EXPECT_FALSE(a.is_partitioned());
}

TEST(PartitionSpecJson, RoundTrip) {
  constexpr std::string_view kText =
      R"({"spec-id":2,"fields":[{"name":"x","transform":"zorder","source-id":1,"field-id":1007}]})";
  std::string text;
  JsonWriter out(text);
  AppendPartitionSpec(SpecOf(kText), out);
  EXPECT_EQ(text, kText);
}

TEST(PartitionSpecJson, AllFieldsHaveIdsOrNone) {
  json::Document document = Json(R"({"spec-id":0,"fields":[
    {"name":"x","transform":"day","source-id":2,"field-id":1000},
    {"name":"y","transform":"hour","source-id":2}]})");
  EXPECT_THAT(ParsePartitionSpec(document.root()), IsError(ErrorCode::kInvalidArgument));
}

TEST(SortOrder, RoundTripAndChecks) {
  constexpr std::string_view kText =
      R"({"order-id":3,"fields":[{"transform":"bucket[4]","source-id":1,"direction":"desc",)"
      R"("null-order":"nulls-last"}]})";
  SortOrder order = OrderOf(kText);
  std::string text;
  JsonWriter out(text);
  AppendSortOrder(order, out);
  EXPECT_EQ(text, kText);
  EXPECT_THAT(CheckCompatibility(order, TestSchema()), IsOk());
  order.fields[0].source_id = FieldId(4);
  EXPECT_THAT(CheckCompatibility(order, TestSchema()), IsError(ErrorCode::kInvalidArgument));
  order.fields[0].source_id = FieldId(99);
  EXPECT_THAT(CheckCompatibility(order, TestSchema()), IsError(ErrorCode::kInvalidArgument));
}

TEST(SortOrderJson, OnlyUnsortedIsZero) {
  EXPECT_FALSE(OrderOf(R"({"order-id":0,"fields":[]})").is_sorted());
  for (std::string_view text : {
           R"({"order-id":1,"fields":[]})",
           R"({"order-id":0,"fields":[{"transform":"identity","source-id":1,"direction":"asc",
               "null-order":"nulls-first"}]})",
           R"({"order-id":1,"fields":[{"transform":"identity","source-id":1,"direction":"up",
               "null-order":"nulls-first"}]})",
           R"({"order-id":1,"fields":[{"transform":"identity","source-id":1,"direction":"asc",
               "null-order":"first"}]})",
           R"({"fields":[]})",
       }) {
    json::Document document = Json(text);
    EXPECT_THAT(ParseSortOrder(document.root()), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(NameMapping, RoundTripAndSearch) {
  constexpr std::string_view kText =
      R"([{"field-id":1,"names":["id","record_id"]},{"names":["place"],"fields":)"
      R"([{"field-id":5,"names":["city"]}]}])";
  ASSERT_OK_AND_ASSIGN(NameMapping mapping, ParseNameMapping(kText));
  EXPECT_EQ(PrintNameMapping(mapping), kText);
  EXPECT_EQ(FindMapped(mapping, {"record_id"})->id, FieldId(1));
  EXPECT_EQ(FindMapped(mapping, {"place", "city"})->id, FieldId(5));
  EXPECT_EQ(FindMapped(mapping, {"city"}), nullptr);
  EXPECT_EQ(FindMapped(MappingOf(TestSchema()), {"tags", "element"})->id, FieldId(7));
  for (std::string_view text : {"{}", "[1]", R"([{"field-id":1}])", "[", R"([{"names":[1]}])"}) {
    EXPECT_THAT(ParseNameMapping(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace firn::iceberg
