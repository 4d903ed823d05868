#include "iceberg/schema/literal.h"

#include <limits>

#include "base/hex.h"
#include "base/testing/matchers.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/decimal_text.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/literal_json.h"
#include "iceberg/schema/schema_json.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using testing::Json;

std::string Print(const Type& type, const Literal& literal) {
  std::string text;
  JsonWriter out(text);
  AppendLiteral(type, literal, out);
  return text;
}

TypePtr TypeOf(std::string_view json) {
  json::Document document = Json(json);
  return *ParseType(document.root());
}

struct JsonCase {
  std::string_view type;
  std::string_view json;
};

class LiteralJson : public ::testing::TestWithParam<JsonCase> {};

TEST_P(LiteralJson, RoundTrip) {
  TypePtr type = TypeOf(GetParam().type);
  json::Document document = Json(GetParam().json);
  ASSERT_OK_AND_ASSIGN(auto literal, ParseLiteral(*type, document.root()));
  ASSERT_TRUE(literal.has_value());
  EXPECT_EQ(Print(*type, *literal), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Specification,
    LiteralJson,
    ::testing::Values(
        JsonCase{R"("boolean")", "true"},
        JsonCase{R"("int")", "34"},
        JsonCase{R"("long")", "-9223372036854775808"},
        JsonCase{R"("float")", "0.1"},
        JsonCase{R"("float")", "1.0"},
        JsonCase{R"("double")", "1.5"},
        JsonCase{R"-("decimal(9, 2)")-", R"("14.20")"},
        JsonCase{R"-("decimal(9, 2)")-", R"("-0.05")"},
        JsonCase{R"-("decimal(38, 0)")-", R"("99999999999999999999999999999999999999")"},
        JsonCase{R"("date")", R"("2017-11-16")"},
        JsonCase{R"("date")", R"("0001-01-01")"},
        JsonCase{R"("time")", R"("22:31:08.123456")"},
        JsonCase{R"("timestamp")", R"("2017-11-16T22:31:08.123456")"},
        JsonCase{R"("timestamptz")", R"("2017-11-16T22:31:08.123456+00:00")"},
        JsonCase{R"("timestamp_ns")", R"("2017-11-16T22:31:08.123456789")"},
        JsonCase{R"("timestamptz_ns")", R"("1969-12-31T23:59:59.999999999+00:00")"},
        JsonCase{R"("string")", R"("iceberg")"},
        JsonCase{R"("uuid")", R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")"},
        JsonCase{R"("fixed[4]")", R"("000102ff")"},
        JsonCase{R"("binary")", R"("000102ff")"},
        JsonCase{R"({"type":"list","element-id":1,"element":"int","element-required":false})",
                 "[1,null,3]"},
        JsonCase{R"({"type":"map","key-id":1,"key":"string","value-id":2,"value":"int",)"
                 R"("value-required":false})",
                 R"({"keys":["a","b"],"values":[1,null]})"},
        JsonCase{R"({"type":"struct","fields":[{"id":1,"name":"a","required":false,"type":"int"},)"
                 R"({"id":2,"name":"b","required":false,"type":"string"}]})",
                 R"({"1":1,"2":"bar"})"}));

class LiteralJsonRefuses : public ::testing::TestWithParam<JsonCase> {};

TEST_P(LiteralJsonRefuses, WrongValues) {
  TypePtr type = TypeOf(GetParam().type);
  json::Document document = Json(GetParam().json);
  EXPECT_THAT(ParseLiteral(*type, document.root()), IsError(ErrorCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(
    Values,
    LiteralJsonRefuses,
    ::testing::Values(JsonCase{R"("boolean")", "1"},
                      JsonCase{R"("int")", "2147483648"},
                      JsonCase{R"("int")", "1.0"},
                      JsonCase{R"("long")", "9223372036854775808"},
                      JsonCase{R"("float")", R"("1.0")"},
                      JsonCase{R"-("decimal(9, 2)")-", R"("14.2")"},
                      JsonCase{R"-("decimal(9, 2)")-", "14.20"},
                      JsonCase{R"-("decimal(9, 2)")-", R"("2E+20")"},
                      JsonCase{R"-("decimal(9, 2)")-", R"("1.2.3")"},
                      JsonCase{R"("date")", R"("2017-02-29")"},
                      JsonCase{R"("date")", R"("2017-1-01")"},
                      JsonCase{R"("time")", R"("24:00:00")"},
                      JsonCase{R"("timestamp")", R"("2017-11-16T22:31:08+00:00")"},
                      JsonCase{R"("timestamptz")", R"("2017-11-16T22:31:08")"},
                      JsonCase{R"("timestamptz")", R"("2017-11-16T22:31:08-08:00")"},
                      JsonCase{R"("timestamp_ns")", R"("9999-11-16T22:31:08")"},
                      JsonCase{R"("uuid")", R"("f79c3e09")"},
                      JsonCase{R"("fixed[4]")", R"("0001")"},
                      JsonCase{R"("binary")", R"("0g")"},
                      JsonCase{R"("variant")", "1"}));

TEST(LiteralJsonNull, IsNoValue) {
  json::Document document = Json("null");
  ASSERT_OK_AND_ASSIGN(auto literal, ParseLiteral(*Type::Plain(TypeId::kInt), document.root()));
  EXPECT_EQ(literal, std::nullopt);
}

std::string Hex(const Literal& literal) { return HexEncode(EncodeLiteral(literal)); }

TEST(LiteralBinary, Specification) {
  EXPECT_EQ(Hex(Literal(true)), "01");
  EXPECT_EQ(Hex(Literal(int32_t{34})), "22000000");
  EXPECT_EQ(Hex(Literal(int64_t{-2})), "feffffffffffffff");
  EXPECT_EQ(Hex(Literal(1.0F)), "0000803f");
  EXPECT_EQ(Hex(Literal(1.0)), "000000000000f03f");
  EXPECT_EQ(Hex(Literal(std::string("ice"))), "696365");
  EXPECT_EQ(Hex(Literal(*Uuid::Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7"))),
            "f79c3e09677c4bbda4793f349cb785e7");
  EXPECT_EQ(Hex(Literal(Decimal{1420, 2})), "058c");
  EXPECT_EQ(Hex(Literal(Decimal{0, 2})), "00");
  EXPECT_EQ(Hex(Literal(Decimal{-1, 2})), "ff");
  EXPECT_EQ(Hex(Literal(Decimal{127, 0})), "7f");
  EXPECT_EQ(Hex(Literal(Decimal{128, 0})), "0080");
  EXPECT_EQ(Hex(Literal(Decimal{-128, 0})), "80");
  EXPECT_EQ(Hex(Literal(Decimal{-129, 0})), "ff7f");
}

TEST(LiteralBinary, RoundTrip) {
  TypePtr decimal = Type::Decimal(38, 3);
  for (int64_t unscaled :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{255}, int64_t{-32768},
        std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    Literal literal(Decimal{Int128{unscaled} * 3, 3});
    EXPECT_EQ(*DecodeLiteral(*decimal, EncodeLiteral(literal)), literal);
    Literal wide(unscaled);
    EXPECT_EQ(*DecodeLiteral(*Type::Plain(TypeId::kLong), EncodeLiteral(wide)), wide);
  }
}

TEST(LiteralBinary, ReadsValuesFromBeforeAPromotion) {
  std::string narrow = EncodeLiteral(Literal(int32_t{7}));
  EXPECT_EQ(*DecodeLiteral(*Type::Plain(TypeId::kLong), narrow), Literal(int64_t{7}));
  EXPECT_EQ(*DecodeLiteral(*Type::Plain(TypeId::kTimestamp), narrow),
            Literal(int64_t{7 * 86'400'000'000}));
  EXPECT_EQ(*DecodeLiteral(*Type::Plain(TypeId::kDouble), EncodeLiteral(Literal(0.5F))),
            Literal(0.5));
}

TEST(LiteralBinary, RefusesDaysThatNoTimestampHolds) {
  auto decode = [](TypeId id, int32_t days) {
    return DecodeLiteral(*Type::Plain(id), EncodeLiteral(Literal(days)));
  };
  for (int32_t days : {106'751'991, -106'751'991}) {
    EXPECT_EQ(*decode(TypeId::kTimestamp, days), Literal(days * kMicrosPerDay));
  }
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  for (int32_t days : {106'751'992, -106'751'992, kMin, kMax}) {
    EXPECT_THAT(decode(TypeId::kTimestamp, days), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(decode(TypeId::kTimestampNs, days), IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(LiteralBinary, RefusesImpossibleLengths) {
  for (TypeId id : {TypeId::kBoolean, TypeId::kInt, TypeId::kLong, TypeId::kTime, TypeId::kFloat,
                    TypeId::kDouble, TypeId::kUuid, TypeId::kVariant, TypeId::kUnknown}) {
    EXPECT_THAT(DecodeLiteral(*Type::Plain(id), "123"), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(DecodeLiteral(*Type::Decimal(9, 2), ""), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(DecodeLiteral(*Type::Decimal(9, 2), std::string(17, 'x')),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(DecodeLiteral(*Type::Fixed(2), "123"), IsError(ErrorCode::kInvalidArgument));
}

TEST(Literal, NanEqualsItself) {
  EXPECT_EQ(Literal(std::numeric_limits<double>::quiet_NaN()),
            Literal(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(Literal(int32_t{1}) == Literal(int64_t{1}));
}

TEST(DecimalText, ScaleIsWhatTheTextSays) {
  EXPECT_EQ(ParseDecimal("14.20"), (Decimal{1420, 2}));
  EXPECT_EQ(ParseDecimal("2E+20"), (Decimal{2, -20}));
  EXPECT_EQ(ParseDecimal("-1.5e3"), (Decimal{-15, -2}));
  EXPECT_EQ(ParseDecimal(".5"), (Decimal{5, 1}));
  for (std::string_view text : {"", "-", ".", "1e", "e1", "1x", "--1", "1e99999999"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
  const std::string digits(38, '9');
  EXPECT_TRUE(ParseDecimal("000" + digits).has_value());
  EXPECT_EQ(ParseDecimal(digits + "0"), std::nullopt) << "a digit too many";
  EXPECT_EQ(FormatDecimal({5, 3}), "0.005");
  EXPECT_EQ(FormatDecimal({-1420, 2}), "-14.20");
}

}  // namespace
}  // namespace firn::iceberg
