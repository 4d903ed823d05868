#include "iceberg/schema/partition_key.h"

#include <gtest/gtest.h>

namespace firn::iceberg {
namespace {

constexpr SpecId kSpec{1};
constexpr FieldId kField{1000};

std::string KeyOf(Literal value) { return PartitionKey(kSpec, {{{kField, std::move(value)}}}); }

TEST(PartitionKeyTest, PromotedValuesAreTheSamePartition) {
  EXPECT_EQ(KeyOf(Literal(int32_t{-7})), KeyOf(Literal(int64_t{-7})));
  EXPECT_EQ(KeyOf(Literal(1.5F)), KeyOf(Literal(1.5)));
  EXPECT_NE(KeyOf(Literal(int32_t{1})), KeyOf(Literal(int64_t{2})));
}

TEST(PartitionKeyTest, TellsSpecsFieldsAndNullsApart) {
  const StructValue one{{{kField, Literal(int32_t{1})}}};
  EXPECT_NE(PartitionKey(kSpec, one), PartitionKey(SpecId(2), one));
  EXPECT_NE(PartitionKey(kSpec, one), PartitionKey(kSpec, {}));
  EXPECT_NE(PartitionKey(kSpec, one),
            PartitionKey(kSpec, {{{FieldId(1001), Literal(int32_t{1})}}}));
  EXPECT_NE(KeyOf(Literal(std::string("ab"))), KeyOf(Literal(std::string("a"))));
}

}  // namespace
}  // namespace firn::iceberg
