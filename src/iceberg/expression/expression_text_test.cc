#include "iceberg/expression/expression_text.h"

#include <fmt/format.h>

#include "base/testing/matchers.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using ::testing::HasSubstr;

/// Parsed and printed; what is printed reads back as the same.
std::string Normal(std::string_view text) {
  auto expression = ParseExpressionText(text);
  if (!expression.has_value()) {
    return expression.error().message();
  }
  std::string printed = ToString(*expression);
  auto again = ParseExpressionText(printed);
  EXPECT_TRUE(again.has_value() && *again == *expression) << printed;
  return printed;
}

TEST(ExpressionText, Comparisons) {
  EXPECT_EQ(Normal("price>10"), "price > 10");
  EXPECT_EQ(Normal("price <> 10 AND Price==11"), "price != 10 and Price = 11");
  EXPECT_EQ(Normal("10 < price"), "price > 10");
  EXPECT_EQ(Normal("x = -5 or x = +5 or x=-1.5e3"), "x = -5 or x = 5 or x = -1500.0");
  EXPECT_EQ(Normal("x between 1 and 2 and y = 3"), "x >= 1 and x <= 2 and y = 3");
  EXPECT_EQ(Normal("x not between 1 and 2"), "not (x >= 1 and x <= 2)");
  EXPECT_EQ(Normal("day in ('2026-01-01', '2026-01-02')"), "day in ('2026-01-01', '2026-01-02')");
  EXPECT_EQ(Normal("x NOT IN (1)"), "x not in (1)");
  EXPECT_EQ(Normal("x in ()"), "x in ()");
  EXPECT_EQ(Normal("x is null and y is not null"), "x is null and y is not null");
  EXPECT_EQ(Normal("x is NaN or y is not nan"), "x is nan or y is not nan");
  EXPECT_EQ(Normal("true"), "true");
  EXPECT_EQ(Normal("flag = true"), "flag = true");
  EXPECT_EQ(Normal("false = flag"), "flag = false");
}

TEST(ExpressionText, OrBindsWeakerThanAndNotStrongest) {
  EXPECT_EQ(Normal("a=1 or b=2 and c=3"), "a = 1 or (b = 2 and c = 3)");
  EXPECT_EQ(Normal("(a=1 or b=2) and c=3"), "(a = 1 or b = 2) and c = 3");
  EXPECT_EQ(Normal("not a=1 and b=2"), "not a = 1 and b = 2");
  EXPECT_EQ(Normal("not (a=1 and b=2)"), "not (a = 1 and b = 2)");
  EXPECT_EQ(Normal("not not a=1"), "a = 1");
  EXPECT_EQ(Normal("((a=1) and (b=2 and (c=3)))"), "a = 1 and b = 2 and c = 3");
  EXPECT_EQ(Normal("a=1 and true"), "a = 1");
}

TEST(ExpressionText, Names) {
  EXPECT_EQ(Normal("a.b.c = 1"), "a.b.c = 1");
  EXPECT_EQ(Normal(R"("a column" = 1)"), R"("a column" = 1)");
  EXPECT_EQ(Normal(R"(a."b c".d = 1)"), R"("a.b c.d" = 1)");
  EXPECT_EQ(Normal("`a``b` = 1"), R"("a`b" = 1)");
  EXPECT_EQ(Normal(R"("say ""x""" = 1)"), R"("say ""x""" = 1)");
  EXPECT_EQ(Normal(R"("and" = 1)"), R"("and" = 1)");
  EXPECT_EQ(Normal(R"("" = 1)"), R"("" = 1)");
  EXPECT_EQ(Normal("größe = 1"), R"("größe" = 1)");
  EXPECT_EQ(Normal("#17 = 1"), "#17 = 1");
  EXPECT_EQ(Normal("date = 1 and decimal = 2"), "date = 1 and decimal = 2");
}

TEST(ExpressionText, Transforms) {
  EXPECT_EQ(Normal("bucket[16](id) = 3"), "bucket[16](id) = 3");
  EXPECT_EQ(Normal("BUCKET(16, a.id) = 3"), "bucket[16](a.id) = 3");
  EXPECT_EQ(Normal("day(ts) >= '2026-01-01'"), "day(ts) >= '2026-01-01'");
  EXPECT_EQ(Normal("truncate[4](#3) like 'ab%'"), "truncate[4](#3) like 'ab%'");
}

TEST(ExpressionText, Like) {
  EXPECT_EQ(Normal("s like 'abc%'"), "s like 'abc%'");
  EXPECT_EQ(Normal("s not like 'abc%'"), "s not like 'abc%'");
  EXPECT_EQ(Normal("s like 'abc'"), "s = 'abc'");
  EXPECT_EQ(Normal("s not like 'abc'"), "s != 'abc'");
  EXPECT_EQ(Normal(R"(s like '50\%\_\\%')"), R"(s like '50\%\_\\%')");
  EXPECT_EQ(Normal("s like '%'"), "s like '%'");
  EXPECT_THAT(Normal("s like '%abc'"), HasSubstr("at character 8"));
  EXPECT_THAT(Normal("s like 'a_c'"), HasSubstr("at character 8"));
}

TEST(ExpressionText, TypedConstants) {
  for (const char* text :
       {"x = date '2026-01-31'", "x = time '10:20:30.5'", "x = timestamp '2026-01-31T10:20:30'",
        "x = timestamptz '2026-01-31T10:20:30+00:00'",
        "x = timestamp_ns '2026-01-31T10:20:30.123456789'", "x = decimal(9, 2) '-1.50'",
        "x = int '5'", "x = float '0.1'", "x = uuid 'f79c3e09-677c-4bbd-a479-3f349cb785e7'",
        "x = binary '0aff'", "x = fixed[2] '0aff'"}) {
    EXPECT_EQ(Normal(text), text);
  }
  EXPECT_EQ(Normal("DATE '2026-01-31' = x"), "x = date '2026-01-31'");
  EXPECT_EQ(Normal("x = long '5' or x = string 'it''s'"), "x = 5 or x = 'it''s'");
  EXPECT_THAT(Normal("x = date 'tomorrow'"), HasSubstr("at character 10"));
  EXPECT_THAT(Normal("x = thing 'a'"), HasSubstr("no type 'thing'"));
}

TEST(ExpressionText, NumbersKeepAllTheirDigits) {
  EXPECT_EQ(Normal("x = 9223372036854775807"), "x = 9223372036854775807");
  EXPECT_EQ(Normal("x = 9223372036854775808"), "x = decimal(19, 0) '9223372036854775808'");
  EXPECT_EQ(Normal("x = 0.1"), "x = 0.1");
  EXPECT_EQ(Normal("x = 1.00"), "x = 1.0");
  EXPECT_EQ(Normal("x = 12345678901234567890.12"), "x = decimal(22, 2) '12345678901234567890.12'");
  EXPECT_EQ(Normal("x = 1e-7"), "x = 1e-07");
  EXPECT_THAT(Normal("x = 1e999"), HasSubstr("out of range"));
}

TEST(ExpressionText, ErrorsNameTheirPlace) {
  struct Row {
    std::string_view text;
    int character;
  };
  for (const auto& [text, character] : {Row{"", 1},
                                        Row{"price", 6},
                                        Row{"price >", 8},
                                        Row{"price > 10 and", 15},
                                        Row{"price > 10 11", 12},
                                        Row{"(price > 10", 12},
                                        Row{"price ? 10", 7},
                                        Row{"x = 'abc", 5},
                                        Row{"x in (1 2)", 9},
                                        Row{"x is 5", 6},
                                        Row{"x not 5", 7},
                                        Row{"x = y", 5},
                                        Row{"like = 1", 1},
                                        Row{"x between 1 or 2", 13},
                                        Row{"x = 5x", 5},
                                        Row{"foo(x) = 1", 1},
                                        Row{"bucket[0](x) = 1", 1},
                                        Row{"bucket[16] = 1", 12},
                                        Row{"a..b = 1", 3},
                                        Row{"#x = 1", 2},
                                        Row{"x = - y", 7},
                                        Row{"5 = 5", 5},
                                        Row{R"("x = 1)", 1},
                                        Row{"x like 5", 8}}) {
    Result<Expression> result = ParseExpressionText(text);
    ASSERT_THAT(result, IsError(ErrorCode::kInvalidArgument)) << text;
    EXPECT_THAT(result.error().message(), HasSubstr(fmt::format("character {}:", character)))
        << text;
  }
  EXPECT_THAT(ParseExpressionText("x = '\xFF'"), IsError(ErrorCode::kInvalidArgument));
}

TEST(ExpressionText, IsLimited) {
  auto too_large = IsError(ErrorCode::kPayloadTooLarge);
  EXPECT_THAT(ParseExpressionText(std::string(kMaxExpressionTextBytes + 1, ' ')), too_large);
  std::string deep = "x = 1";
  for (size_t i = 0; i < kMaxExpressionDepth; ++i) {
    deep = i % 2 == 0 ? "not " + deep : "(" + deep + ")";
  }
  EXPECT_THAT(ParseExpressionText(deep), IsOk());
  EXPECT_THAT(ParseExpressionText("(" + deep + ")"), too_large);
}

}  // namespace
}  // namespace firn::iceberg
