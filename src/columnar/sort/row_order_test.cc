#include "columnar/sort/row_order.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <arrow/array/builder_primitive.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/literal_order.h"
#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::columnar {
namespace {

using iceberg::testing::RandomCases;

TEST(RowOrderTest, OrdersAsLiteralsDoWithNullsAndNansAtTheirEnds) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    iceberg::Schema schema = random.NewSchema();
    std::vector<iceberg::StructValue> rows;
    const uint32_t count = 1 + random.Below(40);
    for (uint32_t i = 0; i < count; ++i) {
      rows.push_back(random.Row(schema));
    }
    auto leaves = RandomCases::Leaves(schema);
    const iceberg::NestedField& leaf = *leaves[random.Below(static_cast<uint32_t>(leaves.size()))];
    iceberg::SortField field{
        .source_id = leaf.id,
        .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)};
    bool descending = random.OneIn(2);
    bool nulls_last = random.OneIn(2);
    field.direction =
        descending ? iceberg::SortDirection::kDescending : iceberg::SortDirection::kAscending;
    field.null_order =
        nulls_last ? iceberg::NullOrder::kNullsLast : iceberg::NullOrder::kNullsFirst;
    ASSERT_OK_AND_ASSIGN(RowOrder order, RowOrder::Make(std::span(&field, 1), schema));
    ASSERT_OK_AND_ASSIGN(
        auto sorted, SortRows(testing::BatchOf(schema, rows), order, arrow::default_memory_pool()));
    auto out = testing::RowsOf(schema, *sorted);
    ASSERT_EQ(out.size(), rows.size());
    for (size_t i = 1; i < out.size(); ++i) {
      auto before = testing::ValueOf(out[i - 1], leaf.id);
      auto after = testing::ValueOf(out[i], leaf.id);
      if (!before || !after) {
        EXPECT_TRUE(nulls_last ? !after : !before);
        continue;
      }
      if (descending) {
        std::swap(before, after);
      }
      if (iceberg::IsNan(*before) || iceberg::IsNan(*after)) {
        EXPECT_TRUE(iceberg::IsNan(*after));
        continue;
      }
      EXPECT_TRUE(iceberg::CompareLiterals(*before, *after) <= 0);
    }
  }
}

TEST(RowOrderTest, NansOfBothSignsAreOneGroup) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const iceberg::Schema schema = iceberg::testing::SchemaOfFields(
      R"({"id":1,"name":"d","type":"double","required":true},
         {"id":2,"name":"n","type":"long","required":true})");
  arrow::DoubleBuilder doubles;
  ASSERT_TRUE(doubles.AppendValues({kNan, -kNan, 1, kNan, -kNan, -1}).ok());
  const auto batch = arrow::RecordBatch::Make(
      ArrowSchemaOf(schema), 6,
      {doubles.Finish().ValueOrDie(), testing::Longs({4, 3, 10, 2, 1, 11})});
  const auto by = [](int32_t id) {
    return std::vector<iceberg::SortField>{
        {.source_id = iceberg::FieldId(id),
         .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)}};
  };
  ASSERT_OK_AND_ASSIGN(const RowOrder grouped, RowOrder::Make(by(2), schema, by(1)));
  ASSERT_OK_AND_ASSIGN(auto rows, SortRows(batch, grouped, arrow::default_memory_pool()));
  EXPECT_TRUE(rows->column(1)->Equals(testing::Longs({11, 10, 1, 2, 3, 4})));
  ASSERT_OK_AND_ASSIGN(const RowOrder sorted, RowOrder::Make(by(1), schema));
  ASSERT_OK_AND_ASSIGN(rows, SortRows(batch, sorted, arrow::default_memory_pool()));
  EXPECT_TRUE(rows->column(1)->Equals(testing::Longs({3, 1, 11, 10, 4, 2})));
}

}  // namespace
}  // namespace firn::columnar
