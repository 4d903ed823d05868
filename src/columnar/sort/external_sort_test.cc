// Against a stable sort of all rows in memory.
#include "columnar/sort/external_sort.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
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

/// Up to `most` of them.
std::vector<iceberg::StructValue> RandomRows(RandomCases& random,
                                             const iceberg::Schema& schema,
                                             uint32_t most) {
  std::vector<iceberg::StructValue> rows(random.Below(most + 1));
  for (iceberg::StructValue& row : rows) {
    row = random.Row(schema);
  }
  return rows;
}

void RowsComeAsAStableSortHasThem(RandomCases random,
                                  int64_t memory_bytes,
                                  uint32_t batches,
                                  uint32_t batch_rows) {
  const iceberg::Schema schema = random.NewSchema();
  ASSERT_OK_AND_ASSIGN(const RowOrder order, RowOrder::Make(RandomFields(random, schema), schema));
  ExternalSort sort(order, {.memory_bytes = memory_bytes, .spill_folder = ""},
                    arrow::default_memory_pool());
  arrow::RecordBatchVector added{testing::BatchOf(schema, {})};
  for (uint32_t batch = 0; batch < batches; ++batch) {
    added.push_back(testing::BatchOf(schema, RandomRows(random, schema, batch_rows)));
    ASSERT_THAT(sort.Add(added.back()), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const BatchPtr expected,
                       SortRows(Joined(added), order, arrow::default_memory_pool()));
  arrow::RecordBatchVector sorted{added.front()};
  std::ranges::copy(Drain(sort), std::back_inserter(sorted));
  const auto bitwise = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  EXPECT_TRUE(Joined(sorted)->Equals(*expected, false, bitwise));
}

TEST(ExternalSortTest, RowsComeAsAStableSortHasThem) {
  const std::vector<int64_t> limits{1, 2'000, 50'000, int64_t{1} << 30};
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RowsComeAsAStableSortHasThem(RandomCases(seed), limits[seed % 4], seed / 2, 30);
  }
}

/// Each batch is a run: the first thousand are merged twice, and the others once more at the end.
TEST(ExternalSortTest, RunsAreMergedMoreThanOnce) {
  for (uint32_t seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RowsComeAsAStableSortHasThem(RandomCases(seed), 1, 1'500 + 300 * seed, 3);
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
  int64_t rows = 0;
  int64_t last = 0;
  for (const BatchPtr& batch : Drain(sort)) {
    EXPECT_LE(order_.MemoryOf(*batch).value(), kMemory / 4 + 100);
    const auto& values = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t i = 0; i < values.length(); ++i) {
      EXPECT_LE(last, values.Value(i));
      last = values.Value(i);
    }
    rows += batch->num_rows();
  }
  EXPECT_EQ(rows, kBatches * kRows);
}

/// A hundredth of the rows has nearly all of the bytes, and is together once it is sorted.
TEST_F(LongsTest, LargeRowsBesideEachOtherTakeNoMoreMemory) {
  constexpr int64_t kMemory = 4 << 20;
  constexpr int64_t kRows = 2'000;
  const iceberg::Schema schema = iceberg::testing::SchemaOfFields(
      R"({"id":1,"name":"n","type":"long","required":true},
         {"id":2,"name":"text","type":"string","required":true})");
  ASSERT_OK_AND_ASSIGN(const RowOrder order, RowOrder::Make(fields_, schema));
  arrow::ProxyMemoryPool memory(arrow::default_memory_pool());
  ExternalSort sort(order, {.memory_bytes = kMemory, .spill_folder = ""}, &memory);
  int64_t added_bytes = 0;
  for (int64_t batch = 0; batch < 40; ++batch) {
    std::vector<int64_t> kinds;
    std::vector<std::string> texts;
    for (int64_t i = 0; i < kRows; ++i) {
      const bool is_large = i % 100 == 0;
      kinds.push_back(is_large ? 1 : 0);
      texts.emplace_back(is_large ? 100'000 : 10, static_cast<char>('a' + i % 26));
    }
    const auto rows = arrow::RecordBatch::Make(ArrowSchemaOf(schema), kRows,
                                               {testing::Longs(kinds), testing::Texts(texts)});
    added_bytes += order.MemoryOf(*rows).value();
    ASSERT_THAT(sort.Add(rows), IsOk());
  }
  ASSERT_GT(added_bytes, 15 * kMemory);
  int64_t count = 0;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const BatchPtr next, sort.Next());
    if (next == nullptr) {
      break;
    }
    count += next->num_rows();
  }
  EXPECT_EQ(count, 40 * kRows);
  EXPECT_LE(memory.max_memory(), 3 * kMemory);
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

int64_t OpenFiles() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

TEST_F(LongsTest, NothingIsOpenOnceAllRowsWereHandedOut) {
  const int64_t before = OpenFiles();
  ExternalSort sort(order_, {.memory_bytes = 1, .spill_folder = ""}, arrow::default_memory_pool());
  for (int64_t i = 0; i < 40; ++i) {
    ASSERT_THAT(sort.Add(Longs(i, 10)), IsOk());
  }
  EXPECT_GT(OpenFiles(), before);
  Drain(sort);
  EXPECT_EQ(OpenFiles(), before);
  ASSERT_OK_AND_ASSIGN(const BatchPtr end, sort.Next());
  EXPECT_EQ(end, nullptr);
}

TEST_F(LongsTest, WhereNothingCanBePutAsideTheFolderIsNamed) {
  ExternalSort sort(order_, {.memory_bytes = 1, .spill_folder = "/nowhere/at/all"},
                    arrow::default_memory_pool());
  const Status added = sort.Add(Longs(0, 10));
  ASSERT_THAT(added, IsError(ErrorCode::kIoError));
  EXPECT_THAT(std::string(added.error().message()),
              ::testing::AllOf(::testing::HasSubstr("/nowhere/at/all"),
                               ::testing::Not(::testing::HasSubstr("TMPDIR"))));
  EXPECT_THAT(sort.Add(Longs(0, 10)), IsError(ErrorCode::kInternal));
  EXPECT_THAT(sort.Next(), IsError(ErrorCode::kInternal));
}

TEST_F(LongsTest, NoRowsAreNone) {
  ExternalSort sort(order_, {}, arrow::default_memory_pool());
  EXPECT_TRUE(Drain(sort).empty());
}

}  // namespace
}  // namespace firn::columnar
