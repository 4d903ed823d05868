#include "columnar/kernels/batch_filter.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/expression/testing/filters.h"
#include "iceberg/expression/testing/random_cases.h"

namespace firn::columnar {
namespace {

using firn::testing::IsOk;
using iceberg::StructValue;
using iceberg::testing::RandomCases;

/// On random schemas, rows and filters the filter says what the scalar evaluator says.
TEST(BatchFilterTest, SaysOfEachRowWhatTheRowEvaluatorSays) {
  constexpr uint32_t kSeeds = 120;
  int compared = 0;
  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    iceberg::Schema schema = random.NewSchema();
    std::vector<StructValue> rows;
    for (uint32_t i = 0; i < 1 + random.Below(40); ++i) {
      rows.push_back(random.Row(schema));
    }
    auto batch = testing::BatchOf(schema, rows);
    ASSERT_TRUE(batch->ValidateFull().ok());
    for (int filters = 0; filters < 5; ++filters) {
      iceberg::Expression expression = random.Filter(schema, rows, 3);
      auto bound = iceberg::Bind(expression, schema, iceberg::NameCase::kSensitive);
      if (!bound.has_value()) {
        continue;
      }
      ASSERT_OK_AND_ASSIGN(BatchFilter filter, BatchFilter::Make(*bound, *batch->schema()));
      std::vector<uint8_t> mask(rows.size(), 1);
      ASSERT_THAT(filter.Apply(*batch, mask), IsOk());
      for (size_t row = 0; row < rows.size(); ++row) {
        ASSERT_EQ(mask[row] != 0, iceberg::Evaluate(*bound, rows[row]))
            << iceberg::ToString(expression) << " row " << row;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 3'000);
}

TEST(BatchFilterTest, KeepsWhatIsMaskedAlreadyMasked) {
  auto schema = iceberg::Schema::Make(
      iceberg::SchemaId(0),
      {{iceberg::FieldId(1), "x", iceberg::Type::Plain(iceberg::TypeId::kLong)}}, {});
  ASSERT_THAT(schema, IsOk());
  std::vector<StructValue> rows(3);
  rows[0].fields.emplace_back(iceberg::FieldId(1), iceberg::Literal(int64_t{5}));
  rows[1].fields.emplace_back(iceberg::FieldId(1), iceberg::Literal(int64_t{5}));
  auto batch = testing::BatchOf(*schema, rows);
  ASSERT_OK_AND_ASSIGN(
      BatchFilter filter,
      BatchFilter::Make(iceberg::testing::FilterOf("x = 5", *schema), *batch->schema()));
  std::vector<uint8_t> mask{0, 1, 1};
  ASSERT_THAT(filter.Apply(*batch, mask), IsOk());
  EXPECT_THAT(mask, ::testing::ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace firn::columnar
