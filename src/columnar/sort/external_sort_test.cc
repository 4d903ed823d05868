// Against a stable sort of all rows in memory.
#include "columnar/sort/external_sort.h"

#include <filesystem>
#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"
#include "iceberg/expression/testing/random_cases.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/testing/test_folder.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::testing::RandomCases;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

std::vector<iceberg::SortField> RandomFields(RandomCases& random, const iceberg::Schema& schema) {
  std::vector<iceberg::SortField> fields;
  auto leaves = RandomCases::Leaves(schema);
  for (uint32_t i = 0; i < 1 + random.Below(2); ++i) {
    const auto* leaf = leaves[random.Below(static_cast<uint32_t>(leaves.size()))];
    fields.push_back({.source_id = leaf->id,
                      .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity),
                      .direction = random.OneIn(2) ? iceberg::SortDirection::kDescending
                                                   : iceberg::SortDirection::kAscending,
                      .null_order = random.OneIn(2) ? iceberg::NullOrder::kNullsLast
                                                    : iceberg::NullOrder::kNullsFirst});
  }
  return fields;
}

BatchPtr Joined(const arrow::RecordBatchVector& batches) {
  return arrow::ConcatenateRecordBatches(batches).ValueOrDie();
}

arrow::RecordBatchVector Drain(RowSource& rows) {
  arrow::RecordBatchVector batches;
  while (true) {
    auto next = rows.Next();
    EXPECT_THAT(next, IsOk());
    if (!next.has_value() || *next == nullptr) {
      return batches;
    }
    EXPECT_TRUE((*next)->ValidateFull().ok());
    batches.push_back(*std::move(next));
  }
}

TEST(ExternalSortTest, RowsComeAsAStableSortHasThem) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCases random(seed);
    const iceberg::Schema schema = random.NewSchema();
    ASSERT_OK_AND_ASSIGN(const RowOrder order,
                         RowOrder::Make(RandomFields(random, schema), schema));
    const std::vector<int64_t> limits{1, 2'000, 50'000, int64_t{1} << 30};
    ExternalSort sort(order, {.memory_bytes = limits[random.Below(4)], .spill_folder = ""},
                      arrow::default_memory_pool());
    arrow::RecordBatchVector added;
    for (uint32_t batch = 0; batch < 1 + random.Below(80); ++batch) {
      std::vector<iceberg::StructValue> rows;
      for (uint32_t i = 0; i < random.Below(30); ++i) {
        rows.push_back(random.Row(schema));
      }
      added.push_back(testing::BatchOf(schema, rows));
      ASSERT_THAT(sort.Add(added.back()), IsOk());
    }
    ASSERT_OK_AND_ASSIGN(const BatchPtr expected, SortRows(Joined(added), order));
    const arrow::RecordBatchVector sorted = Drain(sort);
    if (expected->num_rows() == 0) {
      EXPECT_LE(sorted.size(), 1U);
      continue;
    }
    const auto bitwise = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
    EXPECT_TRUE(Joined(sorted)->Equals(*expected, false, bitwise));
  }
}

class LongsTest : public ::testing::Test {
 protected:
  LongsTest()
      : schema_(iceberg::testing::SchemaOfFields(
            R"({"id":1,"name":"n","type":"long","required":true})")),
        order_(RowOrder::Make(fields_, schema_).value()) {}

  BatchPtr Longs(int64_t first, int64_t count) const {
    std::vector<iceberg::StructValue> rows;
    for (int64_t i = 0; i < count; ++i) {
      iceberg::StructValue row;
      row.fields.emplace_back(iceberg::FieldId(1), iceberg::Literal(first + i));
      rows.push_back(std::move(row));
    }
    return testing::BatchOf(schema_, rows);
  }

  const std::vector<iceberg::SortField> fields_{
      {.source_id = iceberg::FieldId(1),
       .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity)}};
  const iceberg::Schema schema_;
  const RowOrder order_;
};

TEST_F(LongsTest, BatchesOfAMergeAreSmall) {
  constexpr int64_t kMemory = 64 << 10;
  ExternalSort sort(order_, {.memory_bytes = kMemory, .spill_folder = ""},
                    arrow::default_memory_pool());
  constexpr int64_t kBatches = 300;
  constexpr int64_t kRows = 1'000;
  for (int64_t i = 0; i < kBatches; ++i) {
    ASSERT_THAT(sort.Add(Longs((kBatches - i) * kRows / 2, kRows)), IsOk());
  }
  const arrow::RecordBatchVector sorted = Drain(sort);
  int64_t rows = 0;
  for (const BatchPtr& batch : sorted) {
    rows += batch->num_rows();
    EXPECT_LE(batch->num_rows() * 8, kMemory);
  }
  EXPECT_EQ(rows, kBatches * kRows);
}

TEST_F(LongsTest, NothingStaysOnDisk) {
  storage::testing::TestFolder folder;
  const std::string place = folder.At("spill");
  std::filesystem::create_directory(place);
  ExternalSort sort(order_, {.memory_bytes = 1, .spill_folder = place},
                    arrow::default_memory_pool());
  ASSERT_THAT(sort.Add(Longs(0, 10)), IsOk());
  EXPECT_TRUE(std::filesystem::is_empty(place));
}

TEST_F(LongsTest, WhereNothingCanBePutAsideTheFolderIsNamed) {
  ExternalSort sort(order_, {.memory_bytes = 1, .spill_folder = "/nowhere/at/all"},
                    arrow::default_memory_pool());
  const Status added = sort.Add(Longs(0, 10));
  ASSERT_THAT(added, IsError(ErrorCode::kIoError));
  EXPECT_THAT(std::string(added.error().message()), ::testing::HasSubstr("/nowhere/at/all"));
}

TEST_F(LongsTest, NoRowsAreNone) {
  ExternalSort sort(order_, {}, arrow::default_memory_pool());
  EXPECT_TRUE(Drain(sort).empty());
}

}  // namespace
}  // namespace firn::columnar
