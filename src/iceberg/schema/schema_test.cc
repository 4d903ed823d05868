#include "iceberg/schema/schema.h"

#include "base/testing/matchers.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::SchemaOf;

constexpr std::string_view kNested = R"({"type":"struct","schema-id":7,"fields":[
  {"id":1,"name":"id","required":true,"type":"long"},
  {"id":2,"name":"points","required":false,"type":{"type":"list","element-id":3,
    "element-required":true,"element":{"type":"struct","fields":[
      {"id":4,"name":"x","required":true,"type":"int"}]}}},
  {"id":5,"name":"props","required":true,"type":{"type":"map","key-id":6,"key":"string",
    "value-id":7,"value-required":false,"value":{"type":"struct","fields":[
      {"id":8,"name":"y","required":true,"type":"int"}]}}},
  {"id":9,"name":"user","required":true,"type":{"type":"struct","fields":[
      {"id":10,"name":"email","required":true,"type":"string"},
      {"id":11,"name":"Age","required":false,"type":"int"}]}}]})";

TEST(Schema, FindsFieldsAtAnyDepth) {
  Schema schema = SchemaOf(kNested);
  EXPECT_EQ(schema.id(), SchemaId(7));
  EXPECT_EQ(schema.highest_field_id(), FieldId(11));
  EXPECT_EQ(*schema.FindName(FieldId(4)), "points.element.x");
  EXPECT_EQ(*schema.FindName(FieldId(8)), "props.value.y");
  EXPECT_EQ(schema.FindField("points.element.x")->id, FieldId(4));
  EXPECT_EQ(schema.FindField("points.x")->id, FieldId(4));
  EXPECT_EQ(schema.FindField("props.y")->id, FieldId(8));
  EXPECT_EQ(schema.FindField("props.key")->id, FieldId(6));
  EXPECT_EQ(schema.FindField("user.email")->id, FieldId(10));
  EXPECT_EQ(schema.FindField("user.age"), nullptr);
  EXPECT_EQ(schema.FindFieldIgnoringCase("USER.age")->id, FieldId(11));
  EXPECT_EQ(schema.FindField("x"), nullptr);
  EXPECT_EQ(schema.FindField(FieldId(99)), nullptr);
  EXPECT_EQ(schema.FindParent(FieldId(4)), FieldId(3));
  EXPECT_EQ(schema.FindParent(FieldId(3)), FieldId(2));
  EXPECT_EQ(schema.FindParent(FieldId(2)), std::nullopt);
}

TEST(Schema, FullNameWinsOverShortName) {
  Schema schema = SchemaOf(R"({"type":"struct","fields":[
    {"id":1,"name":"l","required":false,"type":{"type":"list","element-id":2,
      "element-required":true,"element":{"type":"struct","fields":[
        {"id":3,"name":"x","required":true,"type":"int"}]}}},
    {"id":4,"name":"l.x","required":false,"type":"int"}]})");
  EXPECT_EQ(schema.FindField("l.x")->id, FieldId(4));
  EXPECT_EQ(schema.FindField("l.element.x")->id, FieldId(3));
}

Result<Schema> WithIdentifiers(std::vector<FieldId> identifiers) {
  Schema schema = SchemaOf(kNested);
  return Schema::Make(schema.id(), {schema.fields().begin(), schema.fields().end()}, identifiers);
}

TEST(Schema, IdentifierFieldsAreRequiredPrimitivesOutsideListsAndMaps) {
  EXPECT_THAT(WithIdentifiers({FieldId(1), FieldId(10), FieldId(1)}), IsOk());
  for (int32_t id : {99, 2, 11, 4, 8, 6}) {
    EXPECT_THAT(WithIdentifiers({FieldId(id)}), IsError(ErrorCode::kInvalidArgument)) << id;
  }
}

TEST(Schema, RefusesTwins) {
  NestedField field;
  field.id = FieldId(1);
  field.name = "a";
  field.type = Type::Plain(TypeId::kInt);
  NestedField other_name = field;
  other_name.name = "b";
  NestedField other_id = field;
  other_id.id = FieldId(2);
  EXPECT_THAT(Schema::Make(SchemaId(0), {field, other_name}, {}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Schema::Make(SchemaId(0), {field, other_id}, {}),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(Schema, SameAsIgnoresOnlyTheSchemaId) {
  Schema a = SchemaOf(kNested);
  EXPECT_TRUE(a.SameAs(SchemaOf(kNested).WithId(SchemaId(1))));
  EXPECT_FALSE(a == a.WithId(SchemaId(1)));
  ASSERT_OK_AND_ASSIGN(Schema identified, WithIdentifiers({FieldId(10), FieldId(1)}));
  ASSERT_OK_AND_ASSIGN(Schema turned, WithIdentifiers({FieldId(1), FieldId(10)}));
  EXPECT_FALSE(a.SameAs(identified));
  EXPECT_TRUE(turned.SameAs(identified));
}

TEST(Schema, EmptySchema) {
  Schema schema;
  EXPECT_EQ(schema.highest_field_id(), FieldId(0));
  EXPECT_EQ(PrintSchema(schema), R"({"type":"struct","schema-id":0,"fields":[]})");
}

TEST(Schema, NamesThatNestHaveALimit) {
  // Each of the inner names holds the outer one.
  std::vector<NestedField> inner;
  for (int32_t i = 0; i < 1000; ++i) {
    NestedField field;
    field.id = FieldId(10 + i);
    field.name = std::to_string(i);
    field.type = Type::Plain(TypeId::kInt);
    inner.push_back(field);
  }
  NestedField outer;
  outer.id = FieldId(1);
  outer.name = std::string(100'000, 'n');
  outer.type = Type::Struct(inner);
  EXPECT_THAT(Schema::Make(SchemaId(0), {outer}, {}), IsError(ErrorCode::kInvalidArgument));
  outer.name = "n";
  EXPECT_THAT(Schema::Make(SchemaId(0), {outer}, {}), IsOk());
}

TEST(Schema, TheSameContentHasTheSameHash) {
  auto of = [](std::string_view fields) { return testing::SchemaOfFields(fields); };
  Schema a = of(R"({"id":1,"name":"a","required":true,"type":"int"})");
  Schema b = of(R"({"id":1,"name":"b","required":true,"type":"int"})");
  EXPECT_EQ(a.ContentHash(), a.WithId(SchemaId(7)).ContentHash());
  EXPECT_NE(a.ContentHash(), b.ContentHash());
}

}  // namespace
}  // namespace firn::iceberg
