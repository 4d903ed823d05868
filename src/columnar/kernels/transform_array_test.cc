#include "columnar/kernels/transform_array.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/kernels/literal_array.h"
#include "columnar/kernels/row_hash.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/schema/transform_value.h"

namespace firn::columnar {
namespace {

using iceberg::testing::RandomCases;

TEST(TransformArrayTest, DoesToColumnsWhatIsDoneToValues) {
  for (uint32_t seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    iceberg::Schema schema = random.NewSchema();
    std::vector<iceberg::StructValue> rows;
    for (uint32_t i = 0; i < 30; ++i) {
      rows.push_back(random.Row(schema));
    }
    auto batch = testing::BatchOf(schema, rows);
    for (size_t i = 0; i < schema.fields().size(); ++i) {
      const iceberg::NestedField& field = schema.fields()[i];
      if (!field.type->is_primitive()) {
        continue;
      }
      iceberg::Transform transform = random.TransformFor(*field.type);
      // Not at the beginning of its buffers.
      auto column = batch->column(static_cast<int>(i))->Slice(3);
      ASSERT_OK_AND_ASSIGN(auto transformed,
                           TransformArray(transform, field.type, column, OutOfRange::kNull));
      iceberg::TypePtr result = transform.ResultType(field.type);
      for (int64_t row = 0; row < column->length(); ++row) {
        std::optional<iceberg::Literal> expected;
        if (auto value = testing::ValueOf(rows[static_cast<size_t>(row) + 3], field.id)) {
          auto made = iceberg::ApplyTransform(transform, *field.type, *value);
          expected = made.has_value() ? *made : std::nullopt;
        }
        EXPECT_EQ(LiteralAt(*transformed, *result, row), expected) << transform.ToString();
      }
    }
  }
}

TEST(RowHashTest, EqualRowsHaveEqualHashes) {
  RandomCases random(7);
  for (int round = 0; round < 12; ++round) {
    iceberg::Schema schema = random.NewSchema();
    std::vector<iceberg::StructValue> rows;
    for (uint32_t i = 0; i < 20; ++i) {
      rows.push_back(random.Row(schema));
      rows.push_back(rows[random.Below(static_cast<uint32_t>(rows.size()))]);
    }
    auto batch = testing::BatchOf(schema, rows);
    for (const auto& column : batch->columns()) {
      if (column->type_id() == arrow::Type::STRUCT) {
        continue;
      }
      std::vector<std::shared_ptr<arrow::Array>> key{column};
      auto hashes = HashRows(key, column->length());
      for (int64_t a = 0; a < column->length(); ++a) {
        for (int64_t b = 0; b < column->length(); ++b) {
          bool same = column->GetScalar(a).ValueOrDie()->Equals(
              *column->GetScalar(b).ValueOrDie(),
              arrow::EqualOptions().nans_equal(true).signed_zeros_equal(false));
          EXPECT_EQ(SameRow(key, a, key, b), same);
          EXPECT_EQ(hashes[static_cast<size_t>(a)] == hashes[static_cast<size_t>(b)], same);
        }
      }
    }
  }
}

}  // namespace
}  // namespace firn::columnar
