#include "iceberg/expression/literal_order.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "iceberg/schema/decimal_text.h"

namespace firn::iceberg {
namespace {

constexpr auto kLess = std::partial_ordering::less;
constexpr auto kGreater = std::partial_ordering::greater;
constexpr auto kSame = std::partial_ordering::equivalent;
constexpr auto kUnordered = std::partial_ordering::unordered;

Literal Dec(std::string_view text) { return Literal(*ParseDecimal(text)); }

TEST(CompareLiterals, Numbers) {
  EXPECT_EQ(CompareLiterals(Literal(false), Literal(true)), kLess);
  EXPECT_EQ(CompareLiterals(Literal(int32_t{-1}), Literal(int32_t{0})), kLess);
  EXPECT_EQ(CompareLiterals(Literal(-0.0), Literal(0.0)), kSame);
  EXPECT_EQ(CompareLiterals(Literal(std::nan("")), Literal(0.0)), kUnordered);
  EXPECT_EQ(CompareLiterals(Literal(int32_t{1}), Literal(int64_t{1})), kUnordered);
}

TEST(CompareLiterals, DecimalsOfAnyScale) {
  EXPECT_EQ(CompareLiterals(Dec("1.50"), Dec("1.5")), kSame);
  EXPECT_EQ(CompareLiterals(Dec("1.49"), Dec("1.5")), kLess);
  EXPECT_EQ(CompareLiterals(Dec("1.5"), Dec("1.49")), kGreater);
  EXPECT_EQ(CompareLiterals(Dec("99999999999999999999999999999999999999"), Dec("0.001")), kGreater);
  EXPECT_EQ(CompareLiterals(Dec("-99999999999999999999999999999999999999"), Dec("0.001")), kLess);
  EXPECT_EQ(CompareLiterals(Dec("0"), Dec("0.00000000000000000000000000000000000000")), kSame);
}

TEST(CompareLiterals, BytesAreUnsigned) {
  EXPECT_EQ(CompareLiterals(Literal(std::string("a")), Literal(std::string("\xC3\xA9"))), kLess);
  EXPECT_EQ(CompareLiterals(Literal(Bytes{"\x7F"}), Literal(Bytes{"\x80"})), kLess);
  EXPECT_EQ(CompareLiterals(Literal(Bytes{"a"}), Literal(Bytes{"ab"})), kLess);
  Uuid low = *Uuid::Parse("00000000-0000-0000-0000-000000000001");
  Uuid high = *Uuid::Parse("f0000000-0000-0000-0000-000000000000");
  EXPECT_EQ(CompareLiterals(Literal(low), Literal(high)), kLess);
}

}  // namespace
}  // namespace firn::iceberg
