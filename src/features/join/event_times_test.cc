#include "features/join/event_times.h"

#include <string>

#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using ::testing::ElementsAre;

constexpr int64_t kFirst = kNoTime + 1;
constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

std::shared_ptr<arrow::Array> Column(const std::shared_ptr<arrow::DataType>& type,
                                     const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

TEST(EventTimesTest, NanosecondsAreFlooredBefore1970Too) {
  auto nanos = Column(arrow::timestamp(arrow::TimeUnit::NANO), "[1999, -1, -1000, -1001, null]");
  EXPECT_THAT(TimesOf(*nanos, TimeUnit::kMicros), IsOkAnd(ElementsAre(1, -1, -1, -2, kNoTime)));
  EXPECT_THAT(TimesOf(*nanos, TimeUnit::kNanos),
              IsOkAnd(ElementsAre(1999, -1, -1000, -1001, kNoTime)));
}

TEST(EventTimesTest, CoarserUnitsAreMultipliedAndKeptInRange) {
  auto seconds = Column(arrow::timestamp(arrow::TimeUnit::SECOND, "Asia/Kolkata"),
                        "[1, -1, 9223372036854775807, -9223372036854775807]");
  EXPECT_THAT(TimesOf(*seconds, TimeUnit::kMicros),
              IsOkAnd(ElementsAre(1'000'000, -1'000'000, kLast, kFirst)));
  EXPECT_THAT(TimesOf(*Column(arrow::date32(), "[0, -1, 1]"), TimeUnit::kMicros),
              IsOkAnd(ElementsAre(0, -86'400'000'000, 86'400'000'000)));
  EXPECT_THAT(TimesOf(*Column(arrow::date64(), "[86400000]"), TimeUnit::kMicros),
              IsOkAnd(ElementsAre(86'400'000'000)));
}

TEST(EventTimesTest, SlicesKeepTheirPlace) {
  auto micros = Column(arrow::timestamp(arrow::TimeUnit::MICRO), "[1, null, 3, 4]")->Slice(1, 2);
  EXPECT_THAT(TimesOf(*micros, TimeUnit::kMicros), IsOkAnd(ElementsAre(kNoTime, 3)));
}

TEST(EventTimesTest, WhatIsNoTimeIsRefused) {
  EXPECT_THAT(TimesOf(*Column(arrow::int64(), "[1]"), TimeUnit::kMicros),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(TimeUnitOf(*arrow::time64(arrow::TimeUnit::MICRO)),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(EventTimesTest, TextsAreParsedInWhateverFormTheyCome) {
  for (const auto& type : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view()}) {
    SCOPED_TRACE(type->ToString());
    EXPECT_TRUE(AreParsed(*type));
    auto texts = Column(type, R"(["1970-01-01T00:00:01Z", "1970-01-01 00:00:01.5",
                                  "1970-01-01", "1970-01-01T01:00:00+01:00", null])");
    ASSERT_OK_AND_ASSIGN(auto parsed, ParsedTimes(texts));
    EXPECT_THAT(TimesOf(*parsed, TimeUnit::kMicros),
                IsOkAnd(ElementsAre(1'000'000, 1'500'000, 0, 0, kNoTime)));
    ASSERT_OK_AND_ASSIGN(parsed, ParsedTimes(Column(type, R"(["3000-01-01"])")));
    EXPECT_THAT(TimesOf(*parsed, TimeUnit::kMicros), IsOkAnd(ElementsAre(32'503'680'000'000'000)));
    EXPECT_THAT(ParsedTimes(Column(type, R"(["1970-01-01", "yesterday"])")),
                IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(AgeLimitTest, AgesAreExactInWhateverUnit) {
  auto nanos = Column(arrow::timestamp(arrow::TimeUnit::NANO), "[2001, 2000]");
  AgeLimit limit(*nanos, TimeUnit::kMicros, 1);
  EXPECT_FALSE(limit.Allows(0, 1)) << "1.001 us old";
  EXPECT_TRUE(limit.Allows(1, 1)) << "both ends are included";
  auto far = Column(arrow::timestamp(arrow::TimeUnit::SECOND), "[9223372036854775807]");
  EXPECT_FALSE(AgeLimit(*far, TimeUnit::kNanos, 1).Allows(0, kLast));
  EXPECT_TRUE(AgeLimit(*far, TimeUnit::kNanos, 0).Allows(0, kFirst)) << "0 is no limit";
}

}  // namespace
}  // namespace firn::features
