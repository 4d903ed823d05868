#include "columnar/kernels/convert_array.h"

#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/util/float16.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using iceberg::Type;
using iceberg::TypeId;

std::shared_ptr<arrow::Array> As(const std::shared_ptr<arrow::Array>& longs,
                                 const std::shared_ptr<arrow::DataType>& type) {
  return longs->View(type).ValueOrDie();
}

int64_t Value(const std::shared_ptr<arrow::Array>& array, int64_t row) {
  return array->data()->GetValues<int64_t>(1)[row];
}

TEST(ConvertArrayTest, NanosecondsAreFlooredBefore1970Too) {
  auto nanos =
      As(testing::Longs({-1, -1000, -1001, 1999, 0}), arrow::timestamp(arrow::TimeUnit::NANO));
  ASSERT_OK_AND_ASSIGN(auto micros,
                       ConvertLeaf(nanos, ArrowTypeOf(*Type::Plain(TypeId::kTimestamp))));
  EXPECT_EQ(Value(micros, 0), -1);
  EXPECT_EQ(Value(micros, 1), -1);
  EXPECT_EQ(Value(micros, 2), -2);
  EXPECT_EQ(Value(micros, 3), 1);
  EXPECT_EQ(Value(micros, 4), 0);
  EXPECT_EQ(micros->type()->ToString(), "timestamp[us]");
  ASSERT_OK_AND_ASSIGN(auto sliced,
                       ConvertLeaf(nanos->Slice(2), ArrowTypeOf(*Type::Plain(TypeId::kTimestamp))));
  EXPECT_EQ(Value(sliced, 0), -2);
}

TEST(ConvertArrayTest, DatesBecomeTimestampsAndDays) {
  auto millis = As(testing::Longs({-1, 86'399'999, 86'400'000}), arrow::date64());
  ASSERT_OK_AND_ASSIGN(auto days, ConvertLeaf(millis, arrow::date32()));
  EXPECT_EQ(days->data()->GetValues<int32_t>(1)[0], -1);
  EXPECT_EQ(days->data()->GetValues<int32_t>(1)[1], 0);
  EXPECT_EQ(days->data()->GetValues<int32_t>(1)[2], 1);
  ASSERT_OK_AND_ASSIGN(auto back,
                       ConvertLeaf(days, ArrowTypeOf(*Type::Plain(TypeId::kTimestampNs))));
  EXPECT_EQ(Value(back, 0), -86'400'000'000'000);
  arrow::Date32Builder builder;
  ASSERT_TRUE(builder.Append(2'000'000'000).ok());
  EXPECT_THAT(
      ConvertLeaf(builder.Finish().ValueOrDie(), ArrowTypeOf(*Type::Plain(TypeId::kTimestampNs))),
      IsError(ErrorCode::kInvalidArgument));
}

TEST(ConvertArrayTest, WiderTypesTakeNarrowerOnes) {
  auto longs = testing::Longs({1, 2, 100});
  for (const auto& type : {arrow::int8(), arrow::uint8(), arrow::uint16(), arrow::uint32(),
                           arrow::uint64(), arrow::int32()}) {
    EXPECT_TRUE(CanConvert(*type, *Type::Plain(TypeId::kLong), ConversionUse::kWrite));
    auto narrow = *arrow::compute::Cast(*longs, type);
    ASSERT_OK_AND_ASSIGN(auto wide, ConvertLeaf(narrow, arrow::int64()));
    EXPECT_TRUE(wide->Equals(*longs)) << type->ToString();
  }
  EXPECT_FALSE(CanConvert(*arrow::int64(), *Type::Plain(TypeId::kInt), ConversionUse::kRead));
  EXPECT_FALSE(CanConvert(*arrow::float64(), *Type::Plain(TypeId::kFloat), ConversionUse::kRead));
  EXPECT_FALSE(CanConvert(*arrow::utf8(), *Type::Plain(TypeId::kLong), ConversionUse::kRead));
  EXPECT_FALSE(CanConvert(*arrow::timestamp(arrow::TimeUnit::MICRO),
                          *Type::Plain(TypeId::kTimestampTz), ConversionUse::kWrite));
  auto huge = As(testing::Longs({-1}), arrow::uint64());
  EXPECT_THAT(ConvertLeaf(huge, arrow::int64()), IsError(ErrorCode::kInvalidArgument));
}

TEST(ConvertArrayTest, TextsOfAllKindsAndHalfFloats) {
  auto texts = testing::Texts({"a", "bc", ""});
  for (const auto& type : {arrow::large_utf8(), arrow::utf8_view(),
                           arrow::dictionary(arrow::int32(), arrow::utf8())}) {
    auto other = arrow::compute::Cast(*texts, type);
    ASSERT_TRUE(other.ok()) << other.status().ToString();
    ASSERT_OK_AND_ASSIGN(auto plain, ConvertLeaf(*other, arrow::utf8()));
    EXPECT_TRUE(plain->Equals(*texts)) << type->ToString();
  }
  arrow::HalfFloatBuilder builder;
  ASSERT_TRUE(builder.Append(arrow::util::Float16(1.5F)).ok());
  ASSERT_OK_AND_ASSIGN(auto number, ConvertLeaf(builder.Finish().ValueOrDie(), arrow::float64()));
  EXPECT_EQ(static_cast<const arrow::DoubleArray&>(*number).Value(0), 1.5);
}

}  // namespace
}  // namespace firn::columnar
