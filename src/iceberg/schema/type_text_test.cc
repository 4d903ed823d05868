#include "iceberg/schema/type_text.h"

#include "base/testing/matchers.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;

TEST(TypeText, EveryNameRoundTrips) {
  for (std::string_view text : {"boolean",
                                "int",
                                "long",
                                "float",
                                "double",
                                "decimal(9, 2)",
                                "date",
                                "time",
                                "timestamp",
                                "timestamptz",
                                "timestamp_ns",
                                "timestamptz_ns",
                                "string",
                                "uuid",
                                "fixed[16]",
                                "binary",
                                "unknown",
                                "variant",
                                "geometry(srid:4326)",
                                "geography(srid:4326, karney)"}) {
    ASSERT_OK_AND_ASSIGN(TypePtr type, ParseTypeName(text));
    EXPECT_EQ(ToString(*type), text);
  }
}

TEST(TypeText, ReadsAnyCaseAndSpaces) {
  ASSERT_OK_AND_ASSIGN(TypePtr decimal, ParseTypeName("Decimal( 38 ,10 )"));
  EXPECT_EQ(*decimal, *Type::Decimal(38, 10));
  ASSERT_OK_AND_ASSIGN(TypePtr fixed, ParseTypeName("FIXED[ 4 ]"));
  EXPECT_EQ(*fixed, *Type::Fixed(4));
  ASSERT_OK_AND_ASSIGN(TypePtr geometry, ParseTypeName("geometry ( EPSG:1 )"));
  EXPECT_EQ(ToString(*geometry), "geometry(EPSG:1)");
}

TEST(TypeText, GeoTypesHaveDefaults) {
  ASSERT_OK_AND_ASSIGN(TypePtr geometry, ParseTypeName("geometry"));
  EXPECT_EQ(ToString(*geometry), "geometry(OGC:CRS84)");
  ASSERT_OK_AND_ASSIGN(TypePtr geography, ParseTypeName("geography"));
  EXPECT_EQ(ToString(*geography), "geography(OGC:CRS84, spherical)");
  ASSERT_OK_AND_ASSIGN(TypePtr same, ParseTypeName("geography(ogc:crs84, SPHERICAL)"));
  EXPECT_EQ(*geography, *same);
}

TEST(TypeText, RefusesWhatItDoesNotKnow) {
  for (std::string_view text :
       {"", "integer", "decimal", "decimal()", "decimal(1)", "decimal(39, 0)", "decimal(-1, 0)",
        "decimal(99999999999, 0)", "fixed", "fixed[]", "fixed[x]", "fixed[-1]", "fixed(4)",
        "geometry()", "geography(x, flat)", "timestamp_ms", "struct", "int "}) {
    EXPECT_THAT(ParseTypeName(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(TypeText, NestedTypesInMessages) {
  NestedField field;
  field.id = FieldId(1);
  field.name = "a";
  field.type = Type::Plain(TypeId::kInt);
  field.required = true;
  field.doc = "why";
  TypePtr record = Type::Struct({field});
  EXPECT_EQ(ToString(*record), "struct<1: a: required int (why)>");
  EXPECT_EQ(ToString(*Type::List(FieldId(2), record, true)),
            "list<struct<1: a: required int (why)>>");
}

}  // namespace
}  // namespace firn::iceberg
