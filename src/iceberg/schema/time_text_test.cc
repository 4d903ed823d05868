#include "iceberg/schema/time_text.h"

#include "base/testing/matchers.h"

namespace firn::iceberg {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;

TEST(TimeTextTest, PeopleWriteTimesInManyWays) {
  EXPECT_THAT(ReadTime("1970-01-02"), IsOkAnd(TimestampMs(86'400'000)));
  EXPECT_THAT(ReadTime("1970-01-01T00:00:01"), IsOkAnd(TimestampMs(1000)));
  EXPECT_THAT(ReadTime("1970-01-01 00:01"), IsOkAnd(TimestampMs(60'000)));
  EXPECT_THAT(ReadTimeUs("1970-01-01T00:00:01.000002Z"), IsOkAnd(TimestampUs(1'000'002)));
  EXPECT_THAT(ReadTimeUs("1969-12-31T23:59:59.999999+00:00"), IsOkAnd(TimestampUs(-1)));
  EXPECT_THAT(ReadTime("1969-12-31T23:59:59.999999"), IsOkAnd(TimestampMs(-1)));
  EXPECT_THAT(ReadTimeUs("-5"), IsOkAnd(TimestampUs(-5000)));
}

TEST(TimeTextTest, WhatIsNoneIsAnError) {
  for (const char* text : {"", "soon", "2026-13-01", "2026-11-29T08:00:00+05:30",
                           "9223372036854775807", "12 ", "-2022001-01-01", "+300000-01-01"}) {
    EXPECT_THAT(ReadTimeUs(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace firn::iceberg
