#include "iceberg/schema/schema_json.h"

#include <random>

#include "base/testing/matchers.h"
#include "iceberg/schema/fresh_ids.h"
#include "iceberg/schema/schema_rules.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Json;
using testing::SchemaOf;
using testing::SchemaOfFields;

constexpr std::string_view kEverything =
    R"({"type":"struct","schema-id":3,"identifier-field-ids":[1],"fields":[)"
    R"({"id":1,"name":"id","required":true,"type":"long","doc":""},)"
    R"({"id":2,"name":"l","required":false,"type":{"type":"list","element-id":3,)"
    R"("element":"string","element-required":true}},)"
    R"({"id":4,"name":"m","required":false,"type":{"type":"map","key-id":5,"key":"string",)"
    R"("value-id":6,"value":"double","value-required":false}},)"
    R"({"id":7,"name":"s","required":true,"type":{"type":"struct","fields":[)"
    R"({"id":8,"name":"d","required":true,"type":"date","initial-default":"2017-11-16",)"
    R"("write-default":"2018-01-01"}]}}]})";

TEST(SchemaJson, RoundTrip) { EXPECT_EQ(PrintSchema(SchemaOf(kEverything)), kEverything); }

TEST(SchemaJson, SchemaIdDefaultsToZero) { EXPECT_EQ(SchemaOfFields("").id(), SchemaId(0)); }

TEST(SchemaJson, RefusesMalformedSchemas) {
  for (std::string_view text : {
           R"("long")",
           R"([])",
           R"({"type":"list","element-id":1,"element":"int","element-required":true})",
           R"({"type":"struct"})",
           R"({"type":"struct","fields":{}})",
           R"({"type":"struct","fields":[1]})",
           R"({"type":"struct","fields":[{"id":1,"name":"a","type":"int"}]})",
           R"({"type":"struct","fields":[{"id":1,"required":true,"type":"int"}]})",
           R"({"type":"struct","fields":[{"id":"1","name":"a","required":true,"type":"int"}]})",
           R"({"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"unknown"}]})",
           R"({"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":{}}]})",
           R"({"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"int",)"
           R"("initial-default":"x"}]})",
       }) {
    json::Document document = Json(text);
    EXPECT_THAT(ParseSchema(document.root()), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

/// Columns of every type, nested a few levels.
class SchemaGenerator {
 public:
  explicit SchemaGenerator(unsigned seed) : random_(seed) {}

  TypePtr Struct(int depth) {
    std::vector<NestedField> fields;
    for (unsigned i = 0, count = 1 + Below(4); i < count; ++i) {
      fields.push_back(Field(depth));
    }
    return Type::Struct(std::move(fields));
  }

 private:
  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

  NestedField Field(int depth) {
    NestedField field;
    field.id = FieldId(++last_id_);
    field.name = "f" + std::to_string(last_id_);
    field.type = AnyType(depth);
    field.required = Below(2) == 0 && field.type->id() != TypeId::kUnknown;
    if (Below(3) == 0) {
      field.doc = "about \"it\"";
    }
    if (field.type->id() == TypeId::kLong) {
      field.initial_default = Literal(static_cast<int64_t>(random_()));
    }
    return field;
  }

  TypePtr AnyType(int depth) {
    switch (Below(depth > 0 ? 8 : 5)) {
      case 0:
        return Type::Decimal(1 + static_cast<int32_t>(Below(38)), 0);
      case 1:
        return Type::Fixed(static_cast<int32_t>(Below(99)));
      case 2:
        return Type::Geography("srid:1", static_cast<EdgeAlgorithm>(Below(5)));
      case 5:
        return Struct(depth - 1);
      case 6: {
        NestedField element = Field(depth - 1);
        return Type::List(element.id, element.type, element.required);
      }
      case 7: {
        NestedField key = Field(0);
        key.type = Type::Plain(TypeId::kString);
        key.doc = std::nullopt;
        key.initial_default = std::nullopt;
        NestedField value = Field(depth - 1);
        value.doc = std::nullopt;
        value.initial_default = std::nullopt;
        return Type::Map(std::move(key), std::move(value));
      }
      default:
        return Type::Plain(Below(2) == 0 ? TypeId::kLong : TypeId::kTimestampTzNs);
    }
  }

  std::mt19937 random_;
  int32_t last_id_ = 0;
};

TEST(SchemaJson, RandomSchemasRoundTrip) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    TypePtr root = SchemaGenerator(seed).Struct(3);
    ASSERT_OK_AND_ASSIGN(
        Schema schema,
        Schema::Make(SchemaId(1), {root->fields().begin(), root->fields().end()}, {}));
    std::string text = PrintSchema(schema);
    EXPECT_EQ(SchemaOf(text), schema) << text;
    ASSERT_OK_AND_ASSIGN(Schema fresh, AssignFreshIds(schema, SchemaId(0), FieldId(0)));
    EXPECT_EQ(static_cast<size_t>(fresh.highest_field_id().value()), schema.field_ids().size());
  }
}

TEST(SchemaRules, TypesAndDefaultsHaveAFirstVersion) {
  Schema plain = SchemaOfFields(R"({"id":1,"name":"a","required":true,"type":"timestamptz"})");
  EXPECT_THAT(CheckFormatVersion(plain, 1), IsOk());
  for (std::string_view type :
       {"timestamp_ns", "timestamptz_ns", "variant", "unknown", "geometry", "geography"}) {
    Schema schema = SchemaOfFields(std::string(R"({"id":1,"name":"a","required":false,"type":")") +
                                   std::string(type) + "\"}");
    EXPECT_THAT(CheckFormatVersion(schema, 2), IsError(ErrorCode::kInvalidArgument)) << type;
    EXPECT_THAT(CheckFormatVersion(schema, 3), IsOk()) << type;
  }
  Schema with_default =
      SchemaOfFields(R"({"id":1,"name":"a","required":true,"type":"int","initial-default":1})");
  EXPECT_THAT(CheckFormatVersion(with_default, 2), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(CheckFormatVersion(with_default, 3), IsOk());
}

TEST(SchemaRules, MessageNamesEveryProblem) {
  Schema schema = SchemaOfFields(R"({"id":2,"name":"b","required":false,"type":"variant"},
                                    {"id":1,"name":"a","required":false,"type":"timestamp_ns"})");
  auto status = CheckFormatVersion(schema, 2);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message(),
            "Invalid schema for v2:\n- Invalid type for a: timestamp_ns is not supported until "
            "v3\n- Invalid type for b: variant is not supported until v3");
}

TEST(FreshIds, FieldsOfAStructComeBeforeWhatTheyNest) {
  ASSERT_OK_AND_ASSIGN(Schema fresh,
                       AssignFreshIds(SchemaOf(kEverything), SchemaId(0), FieldId(0)));
  EXPECT_EQ(fresh.FindField("id")->id, FieldId(1));
  EXPECT_EQ(fresh.FindField("l")->id, FieldId(2));
  EXPECT_EQ(fresh.FindField("m")->id, FieldId(3));
  EXPECT_EQ(fresh.FindField("s")->id, FieldId(4));
  EXPECT_EQ(fresh.FindField("l.element")->id, FieldId(5));
  EXPECT_EQ(fresh.FindField("m.key")->id, FieldId(6));
  EXPECT_EQ(fresh.FindField("m.value")->id, FieldId(7));
  EXPECT_EQ(fresh.FindField("s.d")->id, FieldId(8));
  EXPECT_EQ(fresh.identifier_field_ids().front(), FieldId(1));
}

TEST(FreshIds, IdentifierFieldsFollowTheirColumns) {
  Schema schema = SchemaOf(R"({"type":"struct","identifier-field-ids":[40],"fields":[
    {"id":30,"name":"a","required":true,"type":"int"},
    {"id":40,"name":"b","required":true,"type":"int"}]})");
  ASSERT_OK_AND_ASSIGN(Schema fresh, AssignFreshIds(schema, SchemaId(1), FieldId(7)));
  EXPECT_EQ(fresh.FindField("a")->id, FieldId(8));
  ASSERT_EQ(fresh.identifier_field_ids().size(), 1);
  EXPECT_EQ(fresh.identifier_field_ids().front(), FieldId(9));
}

}  // namespace
}  // namespace firn::iceberg
