#include "columnar/kernels/literal_array.h"

#include <limits>

#include "base/testing/matchers.h"
#include "iceberg/schema/civil_time.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::Literal;
using iceberg::Type;
using iceberg::TypeId;

TEST(LiteralArrayTest, DaysBecomeInstantsWhereTheyFit) {
  const iceberg::TypePtr micros = Type::Plain(TypeId::kTimestamp);
  for (int32_t days : {0, -20'000, 106'751'991, -106'751'991}) {
    ASSERT_OK_AND_ASSIGN(auto array, RepeatLiteral(*micros, Literal(days), 2));
    EXPECT_EQ(LiteralAt(*array, *micros, 1), Literal(days * iceberg::kMicrosPerDay));
  }
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  for (int32_t days : {106'751'992, -106'751'992, kMin, kMax}) {
    for (TypeId id : {TypeId::kTimestamp, TypeId::kTimestampNs}) {
      EXPECT_THAT(RepeatLiteral(*Type::Plain(id), Literal(days), 1),
                  IsError(ErrorCode::kInvalidArgument));
    }
  }
}

TEST(LiteralArrayTest, WhatTheTypeCannotHoldIsNoValueOfIt) {
  constexpr int64_t kBeyond = 5'000'000'000;
  for (TypeId id : {TypeId::kInt, TypeId::kDate}) {
    EXPECT_THAT(RepeatLiteral(*Type::Plain(id), Literal(kBeyond), 1),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(RepeatLiteral(*Type::Plain(id), Literal(int64_t{5}), 1), IsOk());
  }
}

}  // namespace
}  // namespace firn::columnar
