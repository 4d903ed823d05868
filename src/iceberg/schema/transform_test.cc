#include "iceberg/schema/transform.h"

#include <limits>

#include "base/testing/matchers.h"
#include "iceberg/schema/civil_time.h"
#include "iceberg/schema/transform_value.h"
#include "iceberg/schema/type_text.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;

TypePtr TypeOf(std::string_view text) { return *ParseTypeName(text); }

Transform TransformOf(std::string_view text) { return *Transform::Parse(text); }

int64_t Micros(std::string_view text) {
  return *ParseIsoTimestamp(text, TimeUnit::kMicros, ZoneText::kNone);
}

int64_t Nanos(std::string_view text) {
  return *ParseIsoTimestamp(text, TimeUnit::kNanos, ZoneText::kNone);
}

Literal Apply(std::string_view transform, std::string_view type, Literal::Value value) {
  return **ApplyTransform(TransformOf(transform), *TypeOf(type), Literal(std::move(value)));
}

TEST(Transform, TextRoundTrips) {
  for (std::string_view text : {"identity", "bucket[16]", "truncate[4]", "year", "month", "day",
                                "hour", "void", "zorder", "bucket[x]", "bucket[]"}) {
    EXPECT_EQ(TransformOf(text).ToString(), text);
  }
  EXPECT_EQ(TransformOf("BUCKET[8]"), Transform::Bucket(8));
  EXPECT_EQ(TransformOf("zorder").kind(), TransformKind::kUnknown);
  for (std::string_view text : {"bucket[0]", "truncate[0]", "bucket[99999999999]"}) {
    EXPECT_THAT(Transform::Parse(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(Transform, TakesTheTypesOfTheSpecification) {
  struct Row {
    std::string_view transform;
    std::vector<std::string_view> types;
  };
  const std::vector<std::string_view> kAll{"boolean",
                                           "int",
                                           "long",
                                           "float",
                                           "double",
                                           "decimal(9, 2)",
                                           "date",
                                           "time",
                                           "timestamp",
                                           "string",
                                           "uuid",
                                           "timestamptz",
                                           "binary",
                                           "timestamp_ns",
                                           "timestamptz_ns",
                                           "variant",
                                           "unknown",
                                           "fixed[4]",
                                           "geometry(OGC:CRS84)",
                                           "geography(OGC:CRS84, spherical)"};
  const std::vector<Row> kRows{
      {"bucket[4]",
       {"int", "long", "decimal(9, 2)", "date", "time", "timestamp", "timestamptz", "timestamp_ns",
        "timestamptz_ns", "string", "uuid", "fixed[4]", "binary"}},
      {"truncate[4]", {"int", "long", "decimal(9, 2)", "string", "binary"}},
      {"year", {"date", "timestamp", "timestamptz", "timestamp_ns", "timestamptz_ns"}},
      {"hour", {"timestamp", "timestamptz", "timestamp_ns", "timestamptz_ns"}},
      {"identity",
       {"boolean", "int", "long", "float", "double", "decimal(9, 2)", "date", "time", "timestamp",
        "timestamptz", "timestamp_ns", "timestamptz_ns", "string", "uuid", "fixed[4]", "binary",
        "unknown"}},
      {"void", kAll},
  };
  for (const Row& row : kRows) {
    for (std::string_view type : kAll) {
      bool expected = std::find(row.types.begin(), row.types.end(), type) != row.types.end();
      EXPECT_EQ(TransformOf(row.transform).CanTransform(*TypeOf(type)), expected)
          << row.transform << " of " << type;
    }
  }
}

TEST(Transform, ResultTypes) {
  TypePtr text = TypeOf("string");
  EXPECT_EQ(*Transform::Bucket(4).ResultType(text), *TypeOf("int"));
  EXPECT_EQ(*Transform::Truncate(4).ResultType(text), *text);
  EXPECT_EQ(*TransformOf("day").ResultType(TypeOf("timestamp")), *TypeOf("date"));
  EXPECT_EQ(*TransformOf("zorder").ResultType(TypeOf("int")), *text);
}

TEST(BucketHash, TestVectorsOfTheSpecification) {
  auto hash = [](std::string_view type, Literal::Value value) {
    return *BucketHash(*TypeOf(type), Literal(std::move(value)));
  };
  EXPECT_EQ(hash("int", int32_t{34}), 2017239379);
  EXPECT_EQ(hash("long", int64_t{34}), 2017239379);
  EXPECT_EQ(hash("decimal(9, 2)", Decimal{1420, 2}), -500754589);
  EXPECT_EQ(hash("date", *ParseIsoDate("2017-11-16")), -653330422);
  EXPECT_EQ(hash("time", *ParseIsoTime("22:31:08")), -662762989);
  EXPECT_EQ(hash("timestamp", Micros("2017-11-16T22:31:08")), -2047944441);
  EXPECT_EQ(hash("timestamp", Micros("2017-11-16T22:31:08.000001")), -1207196810);
  EXPECT_EQ(hash("timestamptz", Micros("2017-11-16T22:31:08")), -2047944441);
  EXPECT_EQ(hash("timestamp_ns", Nanos("2017-11-16T22:31:08")), -2047944441);
  EXPECT_EQ(hash("timestamp_ns", Nanos("2017-11-16T22:31:08.000001001")), -1207196810);
  EXPECT_EQ(hash("timestamptz_ns", Nanos("2017-11-16T22:31:08.000001001")), -1207196810);
  EXPECT_EQ(hash("string", std::string("iceberg")), 1210000089);
  EXPECT_EQ(hash("uuid", *Uuid::Parse("f79c3e09-677c-4bbd-a479-3f349cb785e7")), 1488055340);
  EXPECT_EQ(hash("fixed[4]", Bytes{std::string("\x00\x01\x02\x03", 4)}), -188683207);
  EXPECT_EQ(hash("binary", Bytes{std::string("\x00\x01\x02\x03", 4)}), -188683207);
  EXPECT_THAT(BucketHash(*TypeOf("float"), Literal(1.0F)), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(BucketHash(*TypeOf("int"), Literal(int64_t{1})),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyTransform, Bucket) {
  EXPECT_EQ(Apply("bucket[16]", "int", int32_t{34}), Literal(int32_t{2017239379 % 16}));
  EXPECT_EQ(Apply("bucket[10]", "date", *ParseIsoDate("2017-11-16")),
            Literal(int32_t{(-653330422 & 0x7FFFFFFF) % 10}));
}

TEST(ApplyTransform, TruncateExamplesOfTheSpecification) {
  EXPECT_EQ(Apply("truncate[10]", "int", int32_t{1}), Literal(int32_t{0}));
  EXPECT_EQ(Apply("truncate[10]", "int", int32_t{-1}), Literal(int32_t{-10}));
  EXPECT_EQ(Apply("truncate[10]", "long", int64_t{-1}), Literal(int64_t{-10}));
  EXPECT_EQ(Apply("truncate[50]", "decimal(9, 2)", Decimal{1065, 2}), Literal(Decimal{1050, 2}));
  EXPECT_EQ(Apply("truncate[10]", "decimal(9, 2)", Decimal{-1, 2}), Literal(Decimal{-10, 2}));
  EXPECT_EQ(Apply("truncate[3]", "string", std::string("iceberg")), Literal(std::string("ice")));
  EXPECT_EQ(Apply("truncate[2]", "string", std::string("é€x")), Literal(std::string("é€")));
  EXPECT_EQ(Apply("truncate[9]", "string", std::string("é")), Literal(std::string("é")));
  EXPECT_EQ(Apply("truncate[3]", "binary", Bytes{"\x01\x02\x03\x04\x05"}),
            Literal(Bytes{"\x01\x02\x03"}));
  // The least integers wrap, as in the reference implementation; nothing overflows.
  Apply("truncate[2147483647]", "int", std::numeric_limits<int32_t>::min());
  Apply("truncate[2147483647]", "long", std::numeric_limits<int64_t>::min());
}

TEST(ApplyTransform, TimesBeforeAndAfterTheEpoch) {
  EXPECT_EQ(Apply("year", "date", *ParseIsoDate("2017-12-01")), Literal(int32_t{47}));
  EXPECT_EQ(Apply("month", "date", *ParseIsoDate("2017-12-01")), Literal(int32_t{575}));
  EXPECT_EQ(Apply("day", "date", *ParseIsoDate("2017-12-01")), Literal(int32_t{17501}));
  EXPECT_EQ(Apply("year", "date", int32_t{-1}), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("month", "date", int32_t{-1}), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("year", "date", *ParseIsoDate("1969-01-01")), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("month", "date", *ParseIsoDate("1969-01-01")), Literal(int32_t{-12}));

  EXPECT_EQ(Apply("hour", "timestamp", Micros("2017-12-01T10:12:55.038194")),
            Literal(int32_t{420034}));
  EXPECT_EQ(Apply("day", "timestamptz", int64_t{-1}), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("hour", "timestamp", int64_t{-1}), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("hour", "timestamp_ns", int64_t{-1}), Literal(int32_t{-1}));
  EXPECT_EQ(Apply("day", "timestamp_ns", Nanos("2017-12-01T10:12:55.038194789")),
            Literal(int32_t{17501}));
  EXPECT_EQ(Apply("year", "timestamp_ns", Nanos("1969-12-31T23:59:59.999999999")),
            Literal(int32_t{-1}));
}

TEST(ApplyTransform, HoursThatNoIntHoldsAreRefused) {
  constexpr int64_t kMicrosPerHour = 3'600'000'000;
  constexpr int64_t kLastHour = std::numeric_limits<int32_t>::max();
  auto hour = [](int64_t micros) {
    return ApplyTransform(TransformOf("hour"), *TypeOf("timestamp"), Literal(micros));
  };
  EXPECT_EQ(**hour(kLastHour * kMicrosPerHour), Literal(std::numeric_limits<int32_t>::max()));
  EXPECT_THAT(hour((kLastHour + 1) * kMicrosPerHour), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(hour(std::numeric_limits<int64_t>::min()), IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyTransform, VoidUnknownAndWrongTypes) {
  TypePtr type = TypeOf("int");
  EXPECT_EQ(*ApplyTransform(TransformOf("void"), *type, Literal(int32_t{1})), std::nullopt);
  EXPECT_THAT(ApplyTransform(TransformOf("zorder"), *type, Literal(int32_t{1})),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ApplyTransform(TransformOf("day"), *type, Literal(int32_t{1})),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(CivilTime, EveryDayOfFourCenturiesRoundTrips) {
  constexpr int64_t kDays = 146'097 * 2;
  CivilDate previous = CivilFromDays(-kDays - 1);
  for (int64_t days = -kDays; days <= kDays; ++days) {
    CivilDate date = CivilFromDays(days);
    ASSERT_EQ(DaysFromCivil(date), days);
    bool next_day = date.day == previous.day + 1 && date.month == previous.month;
    ASSERT_TRUE(next_day || date.day == 1) << days;
    previous = date;
  }
}

TEST(CivilTime, TextOfFarYears) {
  EXPECT_EQ(FormatIsoDate(std::numeric_limits<int32_t>::max()), "+5881580-07-11");
  EXPECT_EQ(ParseIsoDate("+5881580-07-11"), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(ParseIsoDate("+5881580-07-12"), std::nullopt);
  EXPECT_EQ(FormatIsoDate(-719529), "-0001-12-31");
  EXPECT_EQ(ParseIsoDate("-0001-12-31"), -719529);
}

TEST(CivilTimeTest, PrintsTheLeastTimestamp) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(FormatIsoTimestamp(kLeast, TimeUnit::kNanos, ZoneText::kNone),
            "1677-09-21T00:12:43.145224192");
  EXPECT_EQ(FormatIsoTimestamp(-1, TimeUnit::kMicros, ZoneText::kUtc),
            "1969-12-31T23:59:59.999999+00:00");
}

}  // namespace
}  // namespace firn::iceberg
