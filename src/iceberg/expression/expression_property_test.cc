// Random filters: what is printed reads back as equal, in both forms; binding is stable; without
// not a filter takes the same rows.
#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_json.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/expression/testing/random_cases.h"

namespace firn::iceberg {
namespace {

constexpr uint32_t kSchemas = 250;
constexpr int kFilters = 25;
constexpr int kRows = 8;
constexpr int kDepth = 3;

void CheckPrints(const Expression& filter) {
  std::string text = ToString(filter);
  ASSERT_OK_AND_ASSIGN(Expression from_text, ParseExpressionText(text));
  ASSERT_EQ(from_text, filter) << text;
  std::string json = PrintExpression(filter);
  ASSERT_OK_AND_ASSIGN(json::Document document, json::Document::Parse(json));
  ASSERT_OK_AND_ASSIGN(Expression from_json, ParseExpression(document.root()));
  ASSERT_EQ(from_json, filter) << json;
}

TEST(ExpressionProperty, FormsAndBindingKeepTheMeaning) {
  int bound_count = 0;
  for (uint32_t seed = 0; seed < kSchemas; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    testing::RandomCases cases(seed);
    Schema schema = cases.NewSchema();
    std::vector<StructValue> rows;
    for (int i = 0; i < kRows; ++i) {
      rows.push_back(cases.Row(schema));
    }
    for (int i = 0; i < kFilters; ++i) {
      Expression filter = cases.Filter(schema, rows, kDepth);
      ASSERT_NO_FATAL_FAILURE(CheckPrints(filter));
      auto bound = Bind(filter, schema, NameCase::kSensitive);
      if (!bound.has_value()) {
        continue;
      }
      ++bound_count;
      SCOPED_TRACE(ToString(filter));
      ASSERT_OK_AND_ASSIGN(BoundExpression again,
                           Bind(Unbind(*bound), schema, NameCase::kSensitive));
      ASSERT_EQ(again, *bound) << ToString(Unbind(*bound));
      BoundExpression without_not = RewriteNot(*bound);
      for (const StructValue& row : rows) {
        ASSERT_EQ(Evaluate(without_not, row), Evaluate(*bound, row));
      }
    }
  }
  // Most filters must bind, or this tests nothing.
  EXPECT_GT(bound_count, static_cast<int>(kSchemas) * kFilters * 9 / 10);
}

}  // namespace
}  // namespace firn::iceberg
