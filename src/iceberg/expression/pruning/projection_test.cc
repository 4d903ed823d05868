#include "iceberg/expression/pruning/projection.h"

#include <gtest/gtest.h>

#include "iceberg/expression/testing/filters.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using testing::FilterOf;
using testing::PartitionBy;
using testing::TextOf;

const Schema& TestSchema() {
  static const Schema kSchema = testing::SchemaOfFields(R"json(
      {"id":1,"name":"i","type":"int","required":true},
      {"id":2,"name":"l","type":"long","required":false},
      {"id":3,"name":"d","type":"decimal(9, 2)","required":true},
      {"id":4,"name":"s","type":"string","required":true},
      {"id":5,"name":"b","type":"binary","required":true},
      {"id":6,"name":"day","type":"date","required":true},
      {"id":7,"name":"ts","type":"timestamp","required":true},
      {"id":8,"name":"ns","type":"timestamptz_ns","required":true},
      {"id":9,"name":"f","type":"double","required":false},
      {"id":10,"name":"u","type":"uuid","required":true})json");
  return kSchema;
}

/// "INCLUSIVE | STRICT" of a filter, by one field.
std::string Both(std::string_view filter, int32_t source, std::string_view transform) {
  PartitionSpec spec = PartitionBy({{source, transform}});
  BoundExpression bound = FilterOf(filter, TestSchema());
  return TextOf(ProjectInclusive(bound, spec)) + " | " + TextOf(ProjectStrict(bound, spec));
}

TEST(Projection, Identity) {
  EXPECT_EQ(Both("i < 5", 1, "identity"), "p0 < 5 | p0 < 5");
  EXPECT_EQ(Both("i in (1, 2)", 1, "identity"), "p0 in (1, 2) | p0 in (1, 2)");
  EXPECT_EQ(Both("l is null", 2, "identity"), "p0 is null | p0 is null");
  EXPECT_EQ(Both("s like 'a%'", 4, "identity"), "p0 like 'a%' | p0 like 'a%'");
  EXPECT_EQ(Both("f is nan", 9, "identity"), "p0 is nan | p0 is nan");
  EXPECT_EQ(Both("l < 5", 2, "identity"), "p0 < 5 | p0 < 5 and p0 is not null");
  // A transform of the column is one of the partition value.
  EXPECT_EQ(Both("bucket[16](i) = 3", 1, "identity"), "bucket[16](p0) = 3 | bucket[16](p0) = 3");
}

TEST(Projection, Bucket) {
  // The specification's Appendix B: 34 hashes to 2017239379.
  EXPECT_EQ(Both("i = 34", 1, "bucket[16]"), "p0 = 3 | false");
  EXPECT_EQ(Both("i != 34", 1, "bucket[16]"), "true | p0 != 3");
  EXPECT_EQ(Both("i in (34, 35)", 1, "bucket[1]"), "p0 = 0 | false");
  EXPECT_EQ(Both("i not in (34, 35)", 1, "bucket[1]"), "true | p0 != 0");
  EXPECT_EQ(Both("i < 34", 1, "bucket[16]"), "true | false");
  EXPECT_EQ(Both("l is null", 2, "bucket[16]"), "p0 is null | p0 is null");
  EXPECT_EQ(Both("s like 'a%'", 4, "bucket[16]"), "true | false");
}

TEST(Projection, TruncatedIntegers) {
  EXPECT_EQ(Both("l < 100", 2, "truncate[8]"), "p0 <= 96 | p0 < 96 and p0 is not null");
  EXPECT_EQ(Both("l <= 103", 2, "truncate[8]"), "p0 <= 96 | p0 < 104 and p0 is not null");
  EXPECT_EQ(Both("l > 103", 2, "truncate[8]"), "p0 >= 104 | p0 > 96 and p0 is not null");
  EXPECT_EQ(Both("l >= 103", 2, "truncate[8]"), "p0 >= 96 | p0 > 96 and p0 is not null");
  EXPECT_EQ(Both("l = 103", 2, "truncate[8]"), "p0 = 96 | false");
  EXPECT_EQ(Both("l != 103", 2, "truncate[8]"), "true | p0 != 96");
  EXPECT_EQ(Both("l in (1, 2, 9)", 2, "truncate[8]"), "p0 in (0, 8) | false");
  EXPECT_EQ(Both("l not in (1, 2)", 2, "truncate[8]"), "true | p0 != 0");
  EXPECT_EQ(Both("l < -1", 2, "truncate[8]"), "p0 <= -8 | p0 < -8 and p0 is not null");
}

TEST(Projection, TruncatedIntegersThatWrap) {
  // -2147483648 truncates to -2147483650, which is 2147483646 in 32 bits.
  EXPECT_EQ(Both("i < 100", 1, "truncate[10]"), "p0 <= 90 or p0 = 2147483646 | p0 < 100");
  EXPECT_EQ(Both("i > 100", 1, "truncate[10]"), "p0 >= 100 | p0 > 100 and p0 != 2147483646");
  EXPECT_EQ(Both("i = -2147483645", 1, "truncate[10]"), "p0 = 2147483646 | false");
  EXPECT_EQ(Both("i < -2147483645", 1, "truncate[10]"),
            "p0 = 2147483646 | p0 is null and p0 != 2147483646");
  EXPECT_EQ(Both("i >= -2147483645", 1, "truncate[10]"),
            "p0 is not null or p0 = 2147483646 | p0 != 2147483646");
  EXPECT_EQ(Both("i > 2147483647", 1, "truncate[10]"),
            "false | p0 > 2147483640 and p0 != 2147483646");
  EXPECT_EQ(Both("i < -2147483648", 1, "truncate[10]"), "false | p0 is null and p0 != 2147483646");
  // A long column may have been an int.
  EXPECT_EQ(Both("l < 100", 2, "truncate[10]"),
            "p0 <= 90 or p0 in (2147483646, 9223372036854775806) | "
            "p0 < 100 and p0 is not null");
  EXPECT_EQ(Both("l = -2147483648", 2, "truncate[10]"),
            "p0 = -2147483650 or p0 = 2147483646 | false");
  EXPECT_EQ(Both("truncate[10](l) < -100", 2, "truncate[10]"),
            "p0 < -100 or p0 = 2147483646 | p0 < -100 and p0 is not null");
}

TEST(Projection, TruncatedDecimals) {
  EXPECT_EQ(Both("d < 100.00", 3, "truncate[10]"), "p0 <= '99.90' | p0 < '100.00'");
  EXPECT_EQ(Both("d <= 99.99", 3, "truncate[10]"), "p0 <= '99.90' | p0 < '100.00'");
  EXPECT_EQ(Both("d > -0.05", 3, "truncate[10]"), "p0 >= '-0.10' | p0 > '-0.10'");
}

TEST(Projection, TruncatedTexts) {
  EXPECT_EQ(Both("s < 'abcdef'", 4, "truncate[3]"), "p0 <= 'abc' | p0 < 'abc'");
  EXPECT_EQ(Both("s >= 'abcdef'", 4, "truncate[3]"), "p0 >= 'abc' | p0 > 'abc'");
  EXPECT_EQ(Both("s = 'abcdef'", 4, "truncate[3]"), "p0 = 'abc' | false");
  EXPECT_EQ(Both("s like 'ab%'", 4, "truncate[3]"), "p0 like 'ab%' | p0 like 'ab%'");
  EXPECT_EQ(Both("s like 'abc%'", 4, "truncate[3]"), "p0 = 'abc' | p0 = 'abc'");
  EXPECT_EQ(Both("s like 'abcd%'", 4, "truncate[3]"), "p0 = 'abc' | false");
  EXPECT_EQ(Both("s not like 'ab%'", 4, "truncate[3]"), "p0 not like 'ab%' | p0 not like 'ab%'");
  EXPECT_EQ(Both("s not like 'abc%'", 4, "truncate[3]"), "p0 != 'abc' | p0 != 'abc'");
  EXPECT_EQ(Both("s not like 'abcd%'", 4, "truncate[3]"), "true | p0 != 'abc'");
  // Widths count characters, not bytes.
  EXPECT_EQ(Both("s like 'äö%'", 4, "truncate[3]"), "p0 like 'äö%' | p0 like 'äö%'");
  EXPECT_EQ(Both("b >= 'ff00'", 5, "truncate[1]"), "p0 >= 'ff' | p0 > 'ff'");
}

TEST(Projection, TimesOfToday) {
  EXPECT_EQ(Both("ts < '2017-12-01T10:00:00'", 7, "day"), "p0 <= '2017-12-01' | p0 < '2017-12-01'");
  EXPECT_EQ(Both("ts < '2017-12-01'", 7, "day"), "p0 <= '2017-11-30' | p0 < '2017-12-01'");
  EXPECT_EQ(Both("ts <= '2017-11-30T23:59:59.999999'", 7, "day"),
            "p0 <= '2017-11-30' | p0 < '2017-12-01'");
  EXPECT_EQ(Both("ts > '2017-12-01'", 7, "day"), "p0 >= '2017-12-01' | p0 > '2017-12-01'");
  EXPECT_EQ(Both("ts >= '2017-12-01'", 7, "month"), "p0 >= 575 | p0 > 574");
  EXPECT_EQ(Both("ts = '2017-12-01T10:00:00'", 7, "hour"), "p0 = 420034 | false");
  EXPECT_EQ(Both("ts != '2017-12-01T10:00:00'", 7, "year"), "true | p0 != 47");
  EXPECT_EQ(Both("day in ('2017-12-01', '2018-01-01')", 6, "year"), "p0 in (47, 48) | false");
  EXPECT_EQ(Both("ns >= '2017-12-01'", 8, "day"), "p0 >= '2017-12-01' | p0 > '2017-11-30'");
  // No int holds so late an hour, so nothing follows; but no timestamp is later.
  EXPECT_EQ(Both("ts < 9223372036854775807", 7, "hour"), "true | false");
  EXPECT_EQ(Both("ts <= 9223372036854775807", 7, "hour"), "true | true");
}

TEST(Projection, TimesBefore1970MayBeWrittenOneTooHigh) {
  EXPECT_EQ(Both("ts < '1969-12-31T10:00:00'", 7, "day"), "p0 <= '1970-01-01' | p0 < '1969-12-31'");
  EXPECT_EQ(Both("ts <= '1969-01-01'", 7, "year"), "p0 <= 0 | p0 < -1");
  EXPECT_EQ(Both("ts > '1969-12-31T10:00:00'", 7, "day"), "p0 >= '1969-12-31' | p0 > '1970-01-01'");
  EXPECT_EQ(Both("ts >= '1970-01-01'", 7, "day"), "p0 >= '1970-01-01' | p0 > '1970-01-01'");
  EXPECT_EQ(Both("ts = '1969-12-31T10:00:00'", 7, "hour"), "p0 in (-14, -13) | false");
  EXPECT_EQ(Both("ts != '1969-12-31T10:00:00'", 7, "hour"), "true | p0 not in (-14, -13)");
  EXPECT_EQ(Both("day = '1969-06-01'", 6, "month"), "p0 in (-7, -6) | false");
  // A date's day was always right.
  EXPECT_EQ(Both("day = '1969-12-31'", 6, "day"), "p0 = '1969-12-31' | false");
  EXPECT_EQ(Both("day < '1969-12-31'", 6, "day"), "p0 <= '1969-12-30' | p0 < '1969-12-31'");
}

TEST(Projection, TermsOfTheVeryTransform) {
  EXPECT_EQ(Both("bucket[16](i) in (3, 4)", 1, "bucket[16]"), "p0 in (3, 4) | p0 in (3, 4)");
  EXPECT_EQ(Both("bucket[16](i) < 4", 1, "bucket[16]"), "p0 < 4 | p0 < 4");
  EXPECT_EQ(Both("bucket[8](i) = 3", 1, "bucket[16]"), "true | false");
  EXPECT_EQ(Both("day(ts) = '2017-12-01'", 7, "day"), "p0 = '2017-12-01' | p0 = '2017-12-01'");
  EXPECT_EQ(Both("day(ts) = '2017-12-01'", 7, "month"), "true | false");
  EXPECT_EQ(Both("day(ts) < '1970-01-01'", 7, "day"), "p0 < '1970-01-02' | p0 < '1970-01-01'");
  EXPECT_EQ(Both("day(ts) != '1970-01-01'", 7, "day"), "true | p0 != '1970-01-01'");
  EXPECT_EQ(Both("hour(ts) not in (0, 5)", 7, "hour"), "p0 != 5 | p0 not in (0, 5)");
}

TEST(Projection, VoidUnknownAndOtherColumns) {
  EXPECT_EQ(Both("i = 5", 1, "void"), "true | false");
  EXPECT_EQ(Both("l is null", 2, "void"), "true | false");
  EXPECT_EQ(Both("i = 5", 1, "zorder"), "true | false");
  EXPECT_EQ(Both("i = 5", 2, "identity"), "true | false");
}

TEST(Projection, AllFieldsOfAColumnAndAllPartsOfAFilterCount) {
  PartitionSpec spec = PartitionBy({{7, "day"}, {7, "hour"}, {1, "bucket[16]"}});
  BoundExpression filter =
      FilterOf("ts = '2017-12-01T10:00:00' and (i = 34 or s = 'a')", TestSchema());
  EXPECT_EQ(TextOf(ProjectInclusive(filter, spec)), "p0 = '2017-12-01' and p1 = 420034");
  filter = FilterOf("not (ts >= '2017-12-01T10:00:00' and i != 34)", TestSchema());
  EXPECT_EQ(TextOf(ProjectInclusive(filter, spec)),
            "(p0 <= '2017-12-01' and p1 <= 420033) or p2 = 3");
  EXPECT_EQ(TextOf(ProjectStrict(filter, spec)), "p0 < '2017-12-01' or p1 < 420034");
  EXPECT_EQ(TextOf(ProjectInclusive(filter, PartitionBy({}))), "true");
}

}  // namespace
}  // namespace firn::iceberg
