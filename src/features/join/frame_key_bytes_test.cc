#include "features/join/frame_key_bytes.h"

#include <string>

#include <arrow/array/array_dict.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

namespace firn::features {
namespace {

constexpr int32_t kWidth = 1000;

std::shared_ptr<arrow::Array> FixedKey(int32_t width) {
  arrow::FixedSizeBinaryBuilder builder(arrow::fixed_size_binary(width));
  EXPECT_TRUE(builder.Append(std::string(static_cast<size_t>(width), 'x')).ok());
  return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::RecordBatch> BatchOf(const std::shared_ptr<arrow::Array>& keys) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("key", keys->type())}),
                                  keys->length(), {keys});
}

TEST(FrameKeyBytesTest, BytesOfAFixedSizeCountInEveryRow) {
  auto zeros = arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), 3).ValueOrDie();
  auto encoded = arrow::DictionaryArray::FromArrays(zeros, FixedKey(kWidth)).ValueOrDie();
  for (const auto& keys : {FixedKey(kWidth), encoded}) {
    const FrameKeyBytes bytes(*BatchOf(keys), {{"key", 5}});
    EXPECT_TRUE(bytes.vary());
    EXPECT_EQ(bytes.Of(keys->length() - 1), 5 * kWidth);
  }
}

TEST(FrameKeyBytesTest, NumbersAndUuidsCountNothing) {
  arrow::Int64Builder builder;
  ASSERT_TRUE(builder.AppendValues({1, 2}).ok());
  EXPECT_FALSE(FrameKeyBytes(*BatchOf(builder.Finish().ValueOrDie()), {{"key", 5}}).vary());
  EXPECT_FALSE(FrameKeyBytes(*BatchOf(FixedKey(16)), {{"key", 5}}).vary());
}

}  // namespace
}  // namespace firn::features
