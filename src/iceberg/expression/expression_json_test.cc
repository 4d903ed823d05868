#include "iceberg/expression/expression_json.h"

#include <string>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Json;

Result<Expression> Parse(std::string_view text) {
  json::Document document = Json(text);
  return ParseExpression(document.root());
}

/// What the JSON says, as filter text.
std::string TextOf(std::string_view json) {
  auto expression = Parse(json);
  return expression.has_value() ? ToString(*expression) : expression.error().Describe();
}

TEST(ExpressionJson, ReadsTheOlderForm) {
  EXPECT_EQ(TextOf(R"({"type":"is-null","term":"x"})"), "x is null");
  EXPECT_EQ(TextOf(R"({"type":"lt-eq","term":"x","value":5})"), "x <= 5");
  EXPECT_EQ(TextOf(R"({"type":"eq","term":"x","value":{"type":"literal","value":"a"}})"),
            "x = 'a'");
  EXPECT_EQ(TextOf(R"({"type":"in","term":"x","values":[1,2.5,"a",true]})"),
            "x in (1, 2.5, 'a', true)");
  EXPECT_EQ(TextOf(R"({"type":"not-starts-with","term":"x","value":"a%"})"),
            R"(x not like 'a\%%')");
  EXPECT_EQ(TextOf(R"({"type":"eq","value":3,
                       "term":{"type":"transform","transform":"bucket[16]","term":"id"}})"),
            "bucket[16](id) = 3");
  EXPECT_EQ(TextOf(R"({"type":"eq","value":3,"term":{"type":"reference","term":"a.b"}})"),
            "a.b = 3");
}

TEST(ExpressionJson, ReadsThePresentForm) {
  EXPECT_EQ(TextOf(R"({"type":"is-nan","child":{"type":"reference","name":"x"}})"), "x is nan");
  EXPECT_EQ(TextOf(R"({"type":"lt","left":{"type":"reference","id":7},"right":5})"), "#7 < 5");
  EXPECT_EQ(TextOf(R"({"type":"lt","left":5,"right":{"type":"reference","name":"x"}})"), "x > 5");
  EXPECT_EQ(TextOf(R"({"type":"eq","left":{"type":"reference","name":"x"},
                       "right":{"type":"literal","value":"2026-01-31","data-type":"date"}})"),
            "x = date '2026-01-31'");
  EXPECT_EQ(TextOf(R"json({"type":"in","child":{"type":"reference","name":"x"},
                           "values":{"type":"literals","values":["1.50"],
                                     "data-type":"decimal(9,2)"}})json"),
            "x in (decimal(9, 2) '1.50')");
  for (const char* function : {R"("bucket")", R"(["bucket"])", R"({"identifier":["bucket"]})",
                               R"({"catalog":"iceberg_functions","identifier":["bucket"]})"}) {
    EXPECT_EQ(TextOf(fmt::format(R"({{"type":"eq","right":3,"left":{{"type":"apply","function":{},
                       "arguments":[16,{{"type":"reference","name":"id"}}]}}}})",
                                 function)),
              "bucket[16](id) = 3");
  }
  EXPECT_EQ(TextOf(R"({"type":"eq","right":20454,"left":{"type":"apply","function":"day",
                       "arguments":[{"type":"reference","name":"ts"}]}})"),
            "day(ts) = 20454");
}

TEST(ExpressionJson, ReadsConstantsInEveryForm) {
  for (const char* text : {"true", R"({"type":"true"})", R"({"type":"literal","value":true})"}) {
    EXPECT_EQ(TextOf(text), "true");
  }
  for (const char* text : {"false", R"({"type":"false"})", R"({"type":"literal","value":false})"}) {
    EXPECT_EQ(TextOf(text), "false");
  }
}

TEST(ExpressionJson, ReadsJoinsAndNames) {
  EXPECT_EQ(
      TextOf(R"({"type":"and","left":{"type":"not","child":{"type":"eq","term":"x","value":1}},
                       "right":{"type":"or","left":false,"right":{"type":"IS_NULL","term":"y"}}})"),
      "not x = 1 and y is null");
}

TEST(ExpressionJson, PrintsWhatEveryClientReads) {
  auto print = [](std::string_view text) { return PrintExpression(*ParseExpressionText(text)); };
  EXPECT_EQ(print("x > 5"), R"({"type":"gt","term":"x","value":5})");
  EXPECT_EQ(print("x = 5.0"), R"({"type":"eq","term":"x","value":5.0})");
  EXPECT_EQ(print("x is not null"), R"({"type":"not-null","term":"x"})");
  EXPECT_EQ(print("x in ('a', 'b')"), R"({"type":"in","term":"x","values":["a","b"]})");
  EXPECT_EQ(print("bucket[16](id) = 3"),
            R"({"type":"eq","term":{"type":"transform","transform":"bucket[16]","term":"id"},)"
            R"("value":3})");
  EXPECT_EQ(print("x = date '2026-01-31'"),
            R"({"type":"eq","term":"x","value":{"type":"literal","value":"2026-01-31",)"
            R"("data-type":"date"}})");
  EXPECT_EQ(print("#7 < 5"), R"({"type":"lt","left":{"type":"reference","id":7},"right":5})");
  EXPECT_EQ(print("not x = 1 or true"), "true");
  EXPECT_EQ(print("a = 1 and b = 2 and c = 3"),
            R"({"type":"and","left":{"type":"eq","term":"a","value":1},"right":{"type":"and",)"
            R"("left":{"type":"eq","term":"b","value":2},"right":{"type":"eq","term":"c",)"
            R"("value":3}}})");
}

TEST(ExpressionJson, RefusesMalformedInput) {
  for (const char* text :
       {"5",
        "null",
        "[]",
        R"("x = 1")",
        "{}",
        R"({"type":5})",
        R"({"type":"equals","term":"x"})",
        R"({"type":"eq","term":"x"})",
        R"({"type":"eq","value":1})",
        R"({"type":"eq","term":"x","value":null})",
        R"({"type":"eq","term":"x","value":[1]})",
        R"({"type":"eq","term":5,"value":1})",
        R"({"type":"eq","term":"x","values":[1]})",
        R"({"type":"is-null","term":"x","value":1})",
        R"({"type":"in","term":"x","value":1})",
        R"({"type":"in","term":"x","values":1})",
        R"({"type":"in","term":"x","values":[null]})",
        R"({"type":"and","left":true})",
        R"({"type":"not"})",
        R"({"type":"literal","value":1})",
        R"({"type":"eq","term":"x","value":18446744073709551615})",
        R"({"type":"eq","term":"x","value":{"type":"other","value":1}})",
        R"({"type":"eq","term":"x","value":{"type":"literal","value":"x","data-type":"date"}})",
        R"({"type":"eq","term":"x","value":{"type":"literal","value":"x","data-type":"thing"}})",
        R"({"type":"eq","term":{"type":"transform","transform":"bucket[0]","term":"x"},"value":1})",
        R"({"type":"starts-with","term":"x","value":1})",
        R"({"type":"is-null","term":"x","child":{"type":"reference","name":"x"}})",
        R"({"type":"eq","term":"x","left":{"type":"reference","name":"x"},"right":1})"}) {
    EXPECT_THAT(Parse(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(ExpressionJson, SaysWhatItDoesNotEvaluate) {
  for (const char* text :
       {R"({"type":"lt","left":{"type":"reference","name":"x"},
                        "right":{"type":"reference","name":"y"}})",
        R"({"type":"lt","left":1,"right":2})",
        R"({"type":"starts-with","left":"a","right":{"type":"reference","name":"x"}})",
        R"({"type":"is-null","child":"x"})",
        R"({"type":"eq","term":{"type":"transform","transform":"zorder","term":"x"},"value":1})",
        R"({"type":"eq","right":1,"left":{"type":"apply","function":["db","f"],"arguments":
            [{"type":"reference","name":"x"}]}})",
        R"({"type":"eq","right":1,"left":{"type":"apply","arguments":
            [{"type":"reference","name":"x"}],
            "function":{"catalog":"sql_functions","identifier":["abs"]}}})",
        R"({"type":"eq","right":1,"left":{"type":"apply","function":"if_else",
            "arguments":[true,1,2]}})",
        R"({"type":"eq","right":1,"left":{"type":"apply","function":"day","arguments":
            [{"type":"apply","function":"day","arguments":
            [{"type":"reference","name":"x"}]}]}})"}) {
    EXPECT_THAT(Parse(text), IsError(ErrorCode::kUnsupported)) << text;
  }
}

TEST(ExpressionJson, ALongChainIsOneLevelADeepTreeIsRefused) {
  std::string chain = R"({"type":"is-null","term":"x"})";
  std::string deep = chain;
  for (size_t i = 0; i < kMaxExpressionDepth + 1; ++i) {
    chain =
        fmt::format(R"({{"type":"or","left":{},"right":{{"type":"is-nan","term":"y"}}}})", chain);
    deep = fmt::format(R"({{"type":"not","child":{{"type":"and","left":{},"right":{}}}}})", deep,
                       R"({"type":"is-nan","term":"y"})");
  }
  json::ParseLimits limits{.max_depth = kMaxExpressionJsonDepth};
  ASSERT_OK_AND_ASSIGN(json::Document document, json::Document::Parse(chain, limits));
  ASSERT_OK_AND_ASSIGN(Expression expression, ParseExpression(document.root()));
  EXPECT_EQ(expression.children().size(), kMaxExpressionDepth + 2);
  EXPECT_EQ(*Parse(PrintExpression(expression)), expression);
  ASSERT_OK_AND_ASSIGN(document, json::Document::Parse(deep, limits));
  EXPECT_THAT(ParseExpression(document.root()), IsError(ErrorCode::kPayloadTooLarge));
}

}  // namespace
}  // namespace firn::iceberg
