#include <string>
#include <vector>

#include <arrow/extension/uuid.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_import.h"
#include "columnar/schema/arrow_type.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/schema/type_text.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::testing::SchemaOfFields;

constexpr const char* kEveryType = R"j(
  {"id":1,"name":"a","type":"boolean","required":true},
  {"id":2,"name":"b","type":"int","required":false},
  {"id":3,"name":"c","type":"long","required":false},
  {"id":4,"name":"d","type":"float","required":false},
  {"id":5,"name":"e","type":"double","required":false},
  {"id":6,"name":"f","type":"decimal(20, 3)","required":false},
  {"id":7,"name":"g","type":"date","required":false},
  {"id":8,"name":"h","type":"time","required":false},
  {"id":9,"name":"i","type":"timestamp","required":false},
  {"id":10,"name":"j","type":"timestamptz","required":false},
  {"id":11,"name":"k","type":"timestamp_ns","required":false},
  {"id":12,"name":"l","type":"timestamptz_ns","required":false},
  {"id":13,"name":"m","type":"string","required":false},
  {"id":15,"name":"o","type":"fixed[7]","required":false},
  {"id":16,"name":"p","type":"binary","required":false},
  {"id":17,"name":"q","type":"unknown","required":false},
  {"id":18,"name":"r","required":true,"type":{"type":"struct","fields":[
     {"id":19,"name":"x","type":"int","required":true},
     {"id":20,"name":"y","required":false,"type":{"type":"list","element-id":21,
        "element":"string","element-required":true}}]}},
  {"id":22,"name":"s","required":false,"type":{"type":"map","key-id":23,"key":"string",
     "value-id":24,"value":"double","value-required":false}})j";

TEST(ArrowSchemaTest, EveryTypeComesBackWithItsId) {
  iceberg::Schema schema = SchemaOfFields(kEveryType);
  auto arrow_schema = ArrowSchemaOf(schema);
  ASSERT_OK_AND_ASSIGN(iceberg::Schema back,
                       SchemaOfArrow(*arrow_schema, NanosecondColumns::kKept));
  EXPECT_TRUE(back.SameAs(schema));
  EXPECT_EQ(FieldIdOf(*arrow_schema->field(16)), FieldId(18));
  EXPECT_EQ(arrow_schema->field(9)->type()->ToString(), "timestamp[us, tz=UTC]");
}

std::string Imported(const std::shared_ptr<arrow::DataType>& type,
                     NanosecondColumns nanoseconds = NanosecondColumns::kFloored) {
  auto schema = SchemaOfArrow(*arrow::schema({arrow::field("x", type)}), nanoseconds);
  return schema.has_value() ? iceberg::ToString(*schema->fields()[0].type) : "refused";
}

TEST(ArrowSchemaTest, TypesThatIcebergLacksAreWidened) {
  EXPECT_EQ(Imported(arrow::int8()), "int");
  EXPECT_EQ(Imported(arrow::uint16()), "int");
  EXPECT_EQ(Imported(arrow::uint32()), "long");
  EXPECT_EQ(Imported(arrow::float16()), "float");
  EXPECT_EQ(Imported(arrow::large_utf8()), "string");
  EXPECT_EQ(Imported(arrow::utf8_view()), "string");
  EXPECT_EQ(Imported(arrow::binary_view()), "binary");
  EXPECT_EQ(Imported(arrow::dictionary(arrow::int8(), arrow::utf8())), "string");
  EXPECT_EQ(Imported(arrow::date64()), "date");
  EXPECT_EQ(Imported(arrow::time32(arrow::TimeUnit::SECOND)), "time");
  EXPECT_EQ(Imported(arrow::decimal256(38, 2)), "decimal(38, 2)");
  EXPECT_EQ(Imported(arrow::timestamp(arrow::TimeUnit::MILLI)), "timestamp");
  EXPECT_EQ(Imported(arrow::timestamp(arrow::TimeUnit::SECOND, "Europe/Vienna")), "timestamptz");
  EXPECT_EQ(Imported(arrow::timestamp(arrow::TimeUnit::NANO)), "timestamp");
  EXPECT_EQ(Imported(arrow::timestamp(arrow::TimeUnit::NANO, "UTC"), NanosecondColumns::kKept),
            "timestamptz_ns");
  EXPECT_EQ(Imported(arrow::large_list(arrow::int16())), "list<int>");
  EXPECT_EQ(Imported(arrow::fixed_size_list(arrow::float32(), 3)), "list<float>");
  EXPECT_EQ(Imported(arrow::extension::uuid()), "uuid");
}

TEST(ArrowSchemaTest, OthersAreRefused) {
  for (const auto& type :
       {arrow::uint64(), arrow::duration(arrow::TimeUnit::SECOND), arrow::month_interval(),
        arrow::decimal256(50, 2), arrow::run_end_encoded(arrow::int32(), arrow::int64()),
        arrow::dense_union({arrow::field("a", arrow::int32())}),
        arrow::list(arrow::duration(arrow::TimeUnit::NANO))}) {
    EXPECT_THAT(SchemaOfArrow(*arrow::schema({arrow::field("x", type)}), NanosecondColumns::kKept),
                IsError(ErrorCode::kInvalidArgument))
        << type->ToString();
  }
}

TEST(ArrowSchemaTest, FreshIdsAreSequentialAndMixedOnesRefused) {
  auto nested =
      arrow::struct_({arrow::field("y", arrow::int32()), arrow::field("z", arrow::utf8())});
  auto schema =
      arrow::schema({arrow::field("a", arrow::list(nested)), arrow::field("b", arrow::int64())});
  ASSERT_OK_AND_ASSIGN(iceberg::Schema made, SchemaOfArrow(*schema, NanosecondColumns::kKept));
  EXPECT_EQ(made.FindField("a")->id, FieldId(1));
  EXPECT_EQ(made.FindField("b")->id, FieldId(2));
  EXPECT_EQ(made.FindField("a.element")->id, FieldId(3));
  EXPECT_EQ(made.FindField("a.element.z")->id, FieldId(5));

  auto with_id =
      ArrowSchemaOf(SchemaOfFields(R"({"id":7,"name":"c","type":"int","required":true})"));
  auto mixed = arrow::schema({with_id->field(0), arrow::field("d", arrow::int32())});
  EXPECT_THAT(SchemaOfArrow(*mixed, NanosecondColumns::kKept),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::columnar
