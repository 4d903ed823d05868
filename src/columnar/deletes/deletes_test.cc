#include <random>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/deletes/deleted_positions.h"
#include "columnar/deletes/equality_delete_set.h"
#include "columnar/testing/batches.h"

namespace firn::columnar {
namespace {

using iceberg::FieldId;
using ::testing::ElementsAre;

std::shared_ptr<arrow::Array> NullableTexts(const std::vector<const char*>& values) {
  arrow::StringBuilder builder;
  for (const char* value : values) {
    EXPECT_TRUE((value == nullptr ? builder.AppendNull() : builder.Append(value)).ok());
  }
  return builder.Finish().ValueOrDie();
}

TEST(DeletedPositionsTest, ListsAreJoinedInAnyOrder) {
  std::vector<int64_t> first{9, 2, 2};
  std::vector<int64_t> second{4, 9};
  std::vector<const std::vector<int64_t>*> lists{&first, &second};
  DeletedPositions deleted = DeletedPositions::FromLists(lists);
  EXPECT_EQ(deleted.count(), 3);
  std::vector<uint8_t> mask(4, 1);
  deleted.Clear(2, mask);
  EXPECT_THAT(mask, ElementsAre(0, 1, 0, 1));
  EXPECT_FALSE(deleted.TouchesRows(5, 4));
  EXPECT_TRUE(deleted.TouchesRows(5, 5));
}

TEST(DeletedPositionsTest, VectorsDoTheSame) {
  auto vector = std::make_shared<iceberg::DeletionVector>();
  ASSERT_TRUE(vector->Add(3).has_value());
  ASSERT_TRUE(vector->Add(int64_t{1} << 33).has_value());
  DeletedPositions deleted = DeletedPositions::FromVector(vector);
  std::vector<uint8_t> mask(3, 1);
  deleted.Clear(2, mask);
  EXPECT_THAT(mask, ElementsAre(1, 0, 1));
  EXPECT_TRUE(deleted.TouchesRows((int64_t{1} << 33) - 1, 2));
  EXPECT_FALSE(deleted.TouchesRows(4, 1000));
}

TEST(EqualityDeleteSetTest, AllColumnsMustBeEqualAndNullEqualsNull) {
  ASSERT_OK_AND_ASSIGN(
      EqualityDeleteSet set,
      EqualityDeleteSet::Make({FieldId(1), FieldId(2)},
                              {testing::Longs({4, 4, 5}), NullableTexts({nullptr, nullptr, "x"})}));
  EXPECT_EQ(set.size(), 2);
  std::vector<std::shared_ptr<arrow::Array>> rows{testing::Longs({4, 4, 5, 5, 6}),
                                                  NullableTexts({nullptr, "x", "x", nullptr, "x"})};
  std::vector<uint8_t> mask(5, 1);
  set.Clear(rows, mask);
  EXPECT_THAT(mask, ElementsAre(0, 1, 0, 1, 1));
}

TEST(EqualityDeleteSetTest, AgreesWithALoopOverAllKeys) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<int64_t> keys(random() % 200);
    for (int64_t& key : keys) {
      key = static_cast<int64_t>(random() % 300);
    }
    std::vector<int64_t> values(1000);
    for (int64_t& value : values) {
      value = static_cast<int64_t>(random() % 300);
    }
    ASSERT_OK_AND_ASSIGN(EqualityDeleteSet set,
                         EqualityDeleteSet::Make({FieldId(1)}, {testing::Longs(keys)}));
    std::vector<std::shared_ptr<arrow::Array>> rows{testing::Longs(values)};
    std::vector<uint8_t> mask(values.size(), 1);
    set.Clear(rows, mask);
    for (size_t i = 0; i < values.size(); ++i) {
      bool deleted = std::find(keys.begin(), keys.end(), values[i]) != keys.end();
      ASSERT_EQ(mask[i] == 0, deleted) << "seed " << seed << " row " << i;
    }
  }
}

}  // namespace
}  // namespace firn::columnar
