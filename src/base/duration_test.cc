#include "base/duration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn {
namespace {

using testing::IsError;
using testing::IsOkAnd;

TEST(DurationTest, UnitsAddUp) {
  EXPECT_THAT(ParseDuration("7d"), IsOkAnd(int64_t{7} * 86'400'000'000));
  EXPECT_THAT(ParseDuration("1d12h"), IsOkAnd(int64_t{36} * 3'600'000'000));
  EXPECT_THAT(ParseDuration("250ms5us"), IsOkAnd(250'005));
  EXPECT_THAT(ParseDuration("0"), IsOkAnd(0));
  for (const char* wrong : {"", "7", "d", "7 d", "-1d", "7days", "9999999999999d", "1d1"}) {
    EXPECT_THAT(ParseDuration(wrong), IsError(ErrorCode::kInvalidArgument)) << wrong;
  }
}

}  // namespace
}  // namespace firn
