#include "iceberg/expression/bind.h"

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::SchemaOfFields;

const Schema& TestSchema() {
  static const Schema kSchema = SchemaOfFields(R"json(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"i","type":"int","required":false},
      {"id":3,"name":"f","type":"float","required":false},
      {"id":4,"name":"d","type":"double","required":false},
      {"id":5,"name":"price","type":"decimal(9, 2)","required":false},
      {"id":6,"name":"day","type":"date","required":false},
      {"id":7,"name":"t","type":"time","required":false},
      {"id":8,"name":"ts","type":"timestamp","required":false},
      {"id":9,"name":"tz","type":"timestamptz","required":false},
      {"id":10,"name":"ns","type":"timestamp_ns","required":false},
      {"id":11,"name":"s","type":"string","required":false},
      {"id":12,"name":"u","type":"uuid","required":false},
      {"id":13,"name":"b","type":"binary","required":false},
      {"id":14,"name":"fx","type":"fixed[2]","required":false},
      {"id":15,"name":"flag","type":"boolean","required":false},
      {"id":16,"name":"point","required":false,"type":{"type":"struct","fields":[
        {"id":17,"name":"x","type":"int","required":true}]}},
      {"id":18,"name":"tags","required":false,"type":
        {"type":"list","element-id":19,"element":"string","element-required":true}},
      {"id":20,"name":"nothing","type":"unknown","required":false},
      {"id":21,"name":"Case","type":"int","required":false},
      {"id":22,"name":"CASE","type":"int","required":false},
      {"id":23,"name":"place","required":true,"type":{"type":"struct","fields":[
        {"id":24,"name":"city","type":"string","required":true}]}})json");
  return kSchema;
}

Result<BoundExpression> TryBind(std::string_view text, NameCase names = NameCase::kSensitive) {
  auto expression = ParseExpressionText(text);
  if (!expression.has_value()) {
    return TakeError(std::move(expression));
  }
  return Bind(*expression, TestSchema(), names);
}

/// The bound expression as text: literals as they are after conversion.
std::string Bound(std::string_view text) {
  auto bound = TryBind(text);
  return bound.has_value() ? ToString(Unbind(*bound)) : bound.error().Describe();
}

TEST(Bind, IntegersFoldAtTheEdgesOfTheirType) {
  EXPECT_EQ(Bound("i = 5"), "i = 5");
  EXPECT_EQ(Bound("i = 2147483648"), "false");
  EXPECT_EQ(Bound("i != 2147483648"), "true");
  EXPECT_EQ(Bound("i < 2147483648"), "i is not null");
  EXPECT_EQ(Bound("i >= 2147483648"), "false");
  EXPECT_EQ(Bound("i > -2147483649"), "i is not null");
  EXPECT_EQ(Bound("i <= -2147483649"), "false");
  EXPECT_EQ(Bound("id < 9223372036854775808"), "true");
  EXPECT_EQ(Bound("i < 5.5"), "i <= 5");
  EXPECT_EQ(Bound("i <= -5.5"), "i <= -6");
  EXPECT_EQ(Bound("i > -0.5"), "i > -1");
  EXPECT_EQ(Bound("i > 5.0"), "i > 5");
  EXPECT_EQ(Bound("i = 5.5"), "false");
  EXPECT_EQ(Bound("i < 2147483647.5"), "i is not null");
  EXPECT_EQ(Bound("i > 1e300"), "false");
  EXPECT_EQ(Bound("i > 1e-300"), "i > 0");
}

TEST(Bind, FloatingNumbersRoundToTheNearest) {
  EXPECT_EQ(Bound("f = 0.1"), "f = 0.1");
  EXPECT_EQ(Bound("f = 1"), "f = 1.0");
  EXPECT_EQ(Bound("f = 1e39"), "false");
  EXPECT_EQ(Bound("f < 1e39"), "f <= 3.4028235e+38");
  EXPECT_EQ(Bound("f > 1e39"), "f > 3.4028235e+38");
  EXPECT_EQ(Bound("f < -1e39"), "f <= '-Infinity'");
  EXPECT_EQ(Bound("d > 'Infinity'"), "d > 'Infinity'");
  EXPECT_EQ(Bound("d = 10"), "d = 10.0");
  EXPECT_EQ(Bound("d = decimal(3, 2) '1.25'"), "d = 1.25");
}

TEST(Bind, DecimalsKeepTheirMeaningAtAnotherScale) {
  EXPECT_EQ(Bound("price = 10"), "price = '10.00'");
  EXPECT_EQ(Bound("price = 10.5"), "price = '10.50'");
  EXPECT_EQ(Bound("price = '10.5'"), "price = '10.50'");
  EXPECT_EQ(Bound("price < 10.555"), "price <= '10.55'");
  EXPECT_EQ(Bound("price >= 10.555"), "price > '10.55'");
  EXPECT_EQ(Bound("price = 10.555"), "false");
  EXPECT_EQ(Bound("price > -10.555"), "price > '-10.56'");
  EXPECT_EQ(Bound("price < 1e60"), "price is not null");
  // 39 digits at the column's scale, which 128 bits hold and no decimal does.
  EXPECT_EQ(Bound("price < 1000000000000000000000000000000000000"), "price is not null");
  EXPECT_EQ(Bound("price < -1000000000000000000000000000000000000"), "false");
  EXPECT_EQ(Bound("price >= 999999999999999999999999999999999999.995"), "false");
  EXPECT_EQ(Bound("price > 999999999999999999999999999999999999"),
            "price > '999999999999999999999999999999999999.00'");
  EXPECT_EQ(Bound("price < -1e60"), "false");
}

TEST(Bind, DatesAndTimesComeFromText) {
  EXPECT_EQ(Bound("day = '2026-01-31'"), "day = '2026-01-31'");
  EXPECT_EQ(Bound("day = 0"), "day = '1970-01-01'");
  EXPECT_EQ(Bound("day < 99999999999"), "day is not null");
  EXPECT_EQ(Bound("day <= timestamp '2026-01-31T10:00:00'"), "day <= '2026-01-31'");
  EXPECT_EQ(Bound("day < timestamp '2026-01-31T10:00:00'"), "day <= '2026-01-31'");
  EXPECT_EQ(Bound("t = '10:30'"), "t = '10:30:00'");
  EXPECT_EQ(Bound("t < 1"), "t < '00:00:00.000001'");
  EXPECT_EQ(Bound("t < -1"), "false");
  EXPECT_EQ(Bound("t > -1"), "t is not null");
  EXPECT_EQ(Bound("t <= 86399999999"), "t <= '23:59:59.999999'");
  EXPECT_EQ(Bound("t <= 86400000000"), "t is not null");
  EXPECT_EQ(Bound("t in (0, 86400000000)"), "t = '00:00:00'");
  EXPECT_EQ(Bound("ts = '2026-01-31'"), "ts = '2026-01-31T00:00:00'");
  EXPECT_EQ(Bound("ts = '2026-01-31 10:20:30.123456'"), "ts = '2026-01-31T10:20:30.123456'");
  EXPECT_EQ(Bound("ts <= '1969-12-31T23:59:59.9999999'"), "ts <= '1969-12-31T23:59:59.999999'");
  EXPECT_EQ(Bound("ts = '1969-12-31T23:59:59.9999999'"), "false");
  EXPECT_EQ(Bound("ts = -1"), "ts = '1969-12-31T23:59:59.999999'");
  EXPECT_EQ(Bound("ns = 1"), "ns = '1970-01-01T00:00:00.000001'");
  EXPECT_EQ(Bound("ns < 9223372036854775807"), "ns is not null");
  EXPECT_EQ(Bound("ns > '1969-12-31T23:59:59.999999999'"), "ns > '1969-12-31T23:59:59.999999999'");
  EXPECT_EQ(Bound("ns = '9999-01-01'"), "false");
  EXPECT_EQ(Bound("tz = '2026-01-31T10:00:00+02:00'"), "tz = '2026-01-31T08:00:00+00:00'");
  EXPECT_EQ(Bound("tz = '2026-01-31T10:00:00-0130'"), "tz = '2026-01-31T11:30:00+00:00'");
  EXPECT_EQ(Bound("tz = '2026-01-31T10:00Z'"), "tz = '2026-01-31T10:00:00+00:00'");
  EXPECT_EQ(Bound("tz = '2026-01-31 10:00'"), "tz = '2026-01-31T10:00:00+00:00'");
}

TEST(Bind, BytesAndIdentifiersComeFromText) {
  EXPECT_EQ(Bound("b = '0AfF'"), "b = '0aff'");
  EXPECT_EQ(Bound("b = fixed[2] '0aff'"), "b = '0aff'");
  EXPECT_EQ(Bound("fx = '0aff'"), "fx = '0aff'");
  EXPECT_EQ(Bound("u = 'F79C3E09-677C-4BBD-A479-3F349CB785E7'"),
            "u = 'f79c3e09-677c-4bbd-a479-3f349cb785e7'");
}

TEST(Bind, TransformTerms) {
  EXPECT_EQ(Bound("bucket[16](id) = 3"), "bucket[16](id) = 3");
  EXPECT_EQ(Bound("identity(id) = 3"), "id = 3");
  EXPECT_EQ(Bound("day(ts) = '2026-01-31'"), "day(ts) = '2026-01-31'");
  EXPECT_EQ(Bound("year(ts) >= '2026'"), "year(ts) >= 56");
  EXPECT_EQ(Bound("month(ts) in ('1970-02', '1969-12')"), "month(ts) in (-1, 1)");
  EXPECT_EQ(Bound("hour(ts) < '1970-01-02T03'"), "hour(ts) < 27");
  EXPECT_EQ(Bound("truncate[4](s) like 'ab%'"), "truncate[4](s) like 'ab%'");
  EXPECT_EQ(Bound("bucket[16](i) is null"), "i is null");
  EXPECT_EQ(Bound("bucket[16](id) is null"), "false");
}

TEST(Bind, SetsAreSortedAndFolded) {
  EXPECT_EQ(Bound("i in (3, 1, 3, 2147483648, 2)"), "i in (1, 2, 3)");
  EXPECT_EQ(Bound("i in (7, 7)"), "i = 7");
  EXPECT_EQ(Bound("i not in (7, 7.5)"), "i != 7");
  EXPECT_EQ(Bound("i in ()"), "false");
  EXPECT_EQ(Bound("i not in (2147483648)"), "true");
}

TEST(Bind, NullTestsFoldWhereTheSchemaDecides) {
  EXPECT_EQ(Bound("id is null"), "false");
  EXPECT_EQ(Bound("id is not null"), "true");
  EXPECT_EQ(Bound("i is null"), "i is null");
  EXPECT_EQ(Bound("point is null"), "point is null");
  EXPECT_EQ(Bound("point.x is null"), "point.x is null");
  EXPECT_EQ(Bound("place.city is null"), "false");
  EXPECT_EQ(Bound("tags is not null"), "tags is not null");
  EXPECT_EQ(Bound("nothing is null"), "true");
  EXPECT_EQ(Bound("nothing is not null"), "false");
}

TEST(Bind, FindsColumns) {
  ASSERT_OK_AND_ASSIGN(BoundExpression bound, TryBind("#17 = 1"));
  EXPECT_EQ(bound.predicate().term.name, "point.x");
  EXPECT_TRUE(bound.predicate().term.nullable);
  EXPECT_TRUE(bound.predicate().term.nested);
  EXPECT_THAT(TryBind("PRICE = 1"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(TryBind("Point.X = 1", NameCase::kInsensitive), IsOk());
  ASSERT_OK_AND_ASSIGN(bound, TryBind("Case = 1", NameCase::kInsensitive));
  EXPECT_EQ(bound.predicate().term.field_id, FieldId(21));
  EXPECT_THAT(TryBind("case = 1", NameCase::kInsensitive), IsError(ErrorCode::kInvalidArgument));
}

TEST(Bind, RefusesWhatHasNoMeaning) {
  for (const char* text : {"missing = 1",
                           "#99 = 1",
                           "i = 'abc'",
                           "i = '5'",
                           "s = 5",
                           "flag = 1",
                           "flag = 'true'",
                           "day = 'yesterday'",
                           "day = 1.5",
                           "day = '2026-02-30'",
                           "day = '2026-01-31T00:00:00'",
                           "ts = '2026-01-31T10:00Z'",
                           "ts = timestamptz '2026-01-31T10:00:00+00:00'",
                           "t = '25:00'",
                           "u = 'x'",
                           "b = 'x'",
                           "fx = '0a'",
                           "price = 'x'",
                           "f = 'NaN'",
                           "i is nan",
                           "s is not nan",
                           "i like 'a%'",
                           "point = 1",
                           "tags = 'a'",
                           "tags.element = 'a'",
                           "nothing = 1",
                           "bucket[4](f) = 1",
                           "day(s) = 1",
                           "void(i) is null",
                           "year(ts) = 'x'",
                           "ts = true"}) {
    EXPECT_THAT(TryBind(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(Bind, ConstantsOfAJoinFold) {
  EXPECT_EQ(Bound("i = 1 and id is not null"), "i = 1");
  EXPECT_EQ(Bound("i = 1 and id is null"), "false");
  EXPECT_EQ(Bound("not (i = 1 or id is null)"), "not i = 1");
}

TEST(RewriteNot, KeepsNullsAndNaNs) {
  auto rewritten = [](std::string_view text) {
    return ToString(Unbind(RewriteNot(*TryBind(text))));
  };
  EXPECT_EQ(rewritten("not i < 5"), "i >= 5 or i is null");
  EXPECT_EQ(rewritten("not id < 5"), "id >= 5");
  EXPECT_EQ(rewritten("not d >= 5"), "d < 5.0 or d is null or d is nan");
  EXPECT_EQ(rewritten("not i = 5"), "i != 5");
  EXPECT_EQ(rewritten("not i in (1, 2)"), "i not in (1, 2)");
  EXPECT_EQ(rewritten("not s like 'a%'"), "s not like 'a%'");
  EXPECT_EQ(rewritten("not (i = 5 and not s = 'a')"), "i != 5 or s = 'a'");
  EXPECT_EQ(rewritten("not (i = 5 or d is nan)"), "i != 5 and d is not nan");
}

TEST(Evaluate, HasTwoValuedLogic) {
  auto holds = [](std::string_view text, const StructValue& row) {
    return Evaluate(*TryBind(text), row);
  };
  StructValue nulls;
  for (const char* text : {"i is null", "d is not nan", "i != 5", "i not in (1, 2)",
                           "s not like 'a%'", "not i < 5", "not i >= 5"}) {
    EXPECT_TRUE(holds(text, nulls)) << text;
  }
  for (const char* text :
       {"i is not null", "d is nan", "i = 5", "i < 5", "i >= 5", "i in (1, 2)", "s like 'a%'"}) {
    EXPECT_FALSE(holds(text, nulls)) << text;
  }
  StructValue nan{{{FieldId(4), Literal(std::numeric_limits<double>::quiet_NaN())}}};
  for (const char* text : {"d is not null", "d is nan", "d != 5", "d not in (1, 2)", "not d < 5"}) {
    EXPECT_TRUE(holds(text, nan)) << text;
  }
  for (const char* text :
       {"d is null", "d is not nan", "d = 5", "d < 5", "d >= 5", "d in (1, 2)"}) {
    EXPECT_FALSE(holds(text, nan)) << text;
  }
}

TEST(Evaluate, ReadsValuesOfBeforeAPromotion) {
  StructValue row{{{FieldId(1), Literal(int32_t{7})},
                   {FieldId(4), Literal(1.5F)},
                   {FieldId(8), Literal(int32_t{-1})}}};
  EXPECT_TRUE(Evaluate(*TryBind("id = 7 and d = 1.5 and ts = '1969-12-31'"), row));
  EXPECT_TRUE(Evaluate(*TryBind("bucket[16](id) = 3 or not bucket[16](id) = 3"), row));
}

}  // namespace
}  // namespace firn::iceberg
