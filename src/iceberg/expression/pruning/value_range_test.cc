#include "iceberg/expression/pruning/value_range.h"

#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iceberg/expression/testing/filters.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using testing::FilterOf;

constexpr Presence kOrdinary{.null = false, .nan = false, .ordinary = true};
constexpr Presence kNulls{.null = true, .nan = false, .ordinary = false};
constexpr Presence kNans{.null = false, .nan = true, .ordinary = false};

const Schema& TestSchema() {
  static const Schema kSchema = testing::SchemaOfFields(R"json(
      {"id":1,"name":"i","type":"int","required":false},
      {"id":2,"name":"s","type":"string","required":false},
      {"id":3,"name":"d","type":"double","required":false},
      {"id":4,"name":"u","type":"uuid","required":false},
      {"id":5,"name":"r","type":"int","required":true},
      {"id":6,"name":"ts","type":"timestamp","required":false},
      {"id":7,"name":"o","required":false,"type":{"type":"struct","fields":[
        {"id":8,"name":"x","type":"int","required":false}]}})json");
  return kSchema;
}

BoundPredicate PredicateOf(std::string_view text) {
  return FilterOf(text, TestSchema()).predicate();
}

bool May(std::string_view text, const ValueRange& column) {
  BoundPredicate predicate = PredicateOf(text);
  return MayMatch(predicate, TermRange(predicate.term, column));
}

ValueRange Ints(int32_t lower, int32_t upper) {
  return {kOrdinary, Literal(lower), Literal(upper)};
}
ValueRange Texts(std::string lower, std::string upper) {
  return {kOrdinary, Literal(std::move(lower)), Literal(std::move(upper))};
}

TEST(MayMatch, BetweenBounds) {
  struct Row {
    std::string_view filter;
    bool expected;
  };
  for (const auto& [filter, expected] :
       {Row{"i < 30", false}, Row{"i < 31", true}, Row{"i <= 29", false}, Row{"i <= 30", true},
        Row{"i > 79", false}, Row{"i > 78", true}, Row{"i >= 80", false}, Row{"i >= 79", true},
        Row{"i = 29", false}, Row{"i = 30", true}, Row{"i = 79", true}, Row{"i = 80", false},
        Row{"i != 30", true}, Row{"i in (1, 29, 80)", false}, Row{"i in (1, 50, 80)", true},
        Row{"i not in (30, 79)", true}, Row{"i is null", false}, Row{"i is not null", true}}) {
    EXPECT_EQ(May(filter, Ints(30, 79)), expected) << filter;
  }
}

TEST(MayMatch, ASingleValue) {
  EXPECT_FALSE(May("i != 5", Ints(5, 5)));
  EXPECT_TRUE(May("i != 6", Ints(5, 5)));
  EXPECT_FALSE(May("i not in (4, 5)", Ints(5, 5)));
  EXPECT_TRUE(May("i not in (4, 6)", Ints(5, 5)));
  // A null satisfies not-eq whatever the others are.
  ValueRange with_null = Ints(5, 5);
  with_null.presence.null = true;
  EXPECT_TRUE(May("i != 5", with_null));
  EXPECT_TRUE(May("i not in (4, 5)", with_null));
}

TEST(MayMatch, UnknownBoundsExcludeNothing) {
  for (const char* filter :
       {"i < 1", "i > 1", "i = 1", "i != 1", "i in (1, 2)", "i not in (1, 2)"}) {
    EXPECT_TRUE(May(filter, {kOrdinary, std::nullopt, std::nullopt})) << filter;
    // Nor do bounds that contradict each other.
    EXPECT_TRUE(May(filter, Ints(9, -9))) << filter;
  }
  EXPECT_FALSE(May("i < 1", {kOrdinary, Literal(1), std::nullopt}));
  EXPECT_TRUE(May("i > 1", {kOrdinary, Literal(1), std::nullopt}));
  EXPECT_FALSE(May("i in (-1, 0)", {kOrdinary, Literal(1), std::nullopt}));
  EXPECT_TRUE(May("i in (-1, 2)", {kOrdinary, Literal(1), std::nullopt}));
}

TEST(MayMatch, OnlyNullsOrNaNs) {
  for (const char* filter : {"d < 1", "d = 1", "d in (1, 2)", "d is not null"}) {
    EXPECT_FALSE(May(filter, {kNulls, std::nullopt, std::nullopt})) << filter;
  }
  for (const char* filter : {"d is null", "d != 1", "d not in (1, 2)", "d is not nan"}) {
    EXPECT_TRUE(May(filter, {kNulls, std::nullopt, std::nullopt})) << filter;
  }
  for (const char* filter : {"d < 1", "d = 1", "d is null", "d is not nan"}) {
    EXPECT_FALSE(May(filter, {kNans, std::nullopt, std::nullopt})) << filter;
  }
  for (const char* filter : {"d is nan", "d != 1", "d is not null"}) {
    EXPECT_TRUE(May(filter, {kNans, std::nullopt, std::nullopt})) << filter;
  }
}

TEST(MayMatch, PrefixesOfBoundsThatWereCut) {
  // The greatest value was cut to three characters and raised: abcz -> abd.
  EXPECT_TRUE(May("s like 'abcz%'", Texts("aaa", "abd")));
  EXPECT_FALSE(May("s like 'b%'", Texts("aaa", "abd")));
  EXPECT_FALSE(May("s like 'Z%'", Texts("aaa", "abd")));
  EXPECT_TRUE(May("s like 'a%'", Texts("aaa", "abd")));
  EXPECT_TRUE(May("s like '%'", Texts("aaa", "abd")));
  EXPECT_FALSE(May("s not like 'a%'", Texts("aaa", "abd")));
  EXPECT_TRUE(May("s not like 'ab%'", Texts("aaa", "abd")));
  EXPECT_TRUE(May("s not like 'abdc%'", Texts("abd", "abd")));
}

TEST(MayMatch, UuidBoundsOfEitherOrder) {
  auto uuid = [](std::string_view head) {
    return Literal(*Uuid::Parse(fmt::format("{}-0000-0000-0000-000000000000", head)));
  };
  auto equal = [&](std::string_view head) {
    return fmt::format("u = '{}-0000-0000-0000-000000000000'", head);
  };
  ValueRange bytes{kOrdinary, uuid("10000000"), uuid("90000000")};
  EXPECT_TRUE(May(equal("20000000"), bytes));
  EXPECT_FALSE(May(equal("a0000000"), ValueRange{kOrdinary, uuid("10000000"), uuid("20000000")}));
  // Of 90.. and 10.. Java finds 90.. the lesser.
  ValueRange java{kOrdinary, uuid("90000000"), uuid("10000000")};
  EXPECT_TRUE(May(equal("90000000"), java));
  EXPECT_TRUE(May(equal("10000000"), java));
}

TEST(TermRange, OrderPreservingTransformsCarryBounds) {
  ValueRange column = Ints(27, 89);
  EXPECT_FALSE(May("truncate[10](i) < 20", column));
  EXPECT_TRUE(May("truncate[10](i) = 20", column));
  EXPECT_FALSE(May("truncate[10](i) > 80", column));
  EXPECT_TRUE(May("bucket[4](i) = 3", column));
  // Near the least integer truncating wraps, and a lower bound says nothing of the truncated
  // values.
  EXPECT_TRUE(May("truncate[10](i) > 1000", Ints(std::numeric_limits<int32_t>::min(), 5)));
  EXPECT_TRUE(May("truncate[10](i) > 1000", {kOrdinary, std::nullopt, Literal(5)}));
  ValueRange day{kOrdinary, Literal(int64_t{0}), Literal(int64_t{86'400'000'000})};
  EXPECT_FALSE(May("day(ts) > '1970-01-02'", day));
  EXPECT_TRUE(May("day(ts) >= '1970-01-02'", day));
}

TEST(PresenceOf, CountsDecide) {
  BoundTerm i = PredicateOf("i = 1").term;
  BoundTerm d = PredicateOf("d = 1").term;
  EXPECT_EQ(PresenceOf(i, {}), (Presence{.null = true, .nan = false, .ordinary = true}));
  EXPECT_EQ(PresenceOf(PredicateOf("r = 1").term, {.records = 9}), kOrdinary);
  EXPECT_EQ(PresenceOf(i, {.records = 9, .nulls = 0}), kOrdinary);
  EXPECT_EQ(PresenceOf(i, {.records = 9, .nulls = 9}), kNulls);
  EXPECT_EQ(PresenceOf(d, {.records = 9, .nulls = 0, .nans = 9}), kNans);
  EXPECT_EQ(PresenceOf(d, {.records = 9, .nulls = 4, .nans = 5}),
            (Presence{.null = true, .nan = true, .ordinary = false}));
  EXPECT_EQ(PresenceOf(d, {.records = 9, .nulls = 9}), kNulls);
  EXPECT_EQ(PresenceOf(i, {.records = 0}), (Presence{false, false, false}));
  // More nulls than rows: the writer is wrong about something.
  EXPECT_TRUE(PresenceOf(i, {.records = 9, .nulls = 12}).ordinary);
}

TEST(PresenceOf, ANestedCountMustCoverAllRows) {
  BoundTerm x = PredicateOf("o.x = 1").term;
  EXPECT_TRUE(PresenceOf(x, {.records = 9, .nulls = 0}).null);
  EXPECT_TRUE(PresenceOf(x, {.records = 9, .values = 5, .nulls = 0}).null);
  EXPECT_FALSE(PresenceOf(x, {.records = 9, .values = 9, .nulls = 0}).null);
  EXPECT_FALSE(PresenceOf(x, {.records = 9, .values = 5, .nulls = 5}).ordinary);
}

TEST(DecodeBound, ReadsOldFormsAndIgnoresBadOnes) {
  TypePtr long_type = Type::Plain(TypeId::kLong);
  TypePtr double_type = Type::Plain(TypeId::kDouble);
  EXPECT_EQ(DecodeBound(*long_type, EncodeLiteral(Literal(int32_t{-7}))), Literal(int64_t{-7}));
  EXPECT_EQ(DecodeBound(*double_type, EncodeLiteral(Literal(1.5F))), Literal(1.5));
  EXPECT_EQ(DecodeBound(*long_type, "abc"), std::nullopt);
  EXPECT_EQ(
      DecodeBound(*double_type, EncodeLiteral(Literal(std::numeric_limits<double>::quiet_NaN()))),
      std::nullopt);
}

}  // namespace
}  // namespace firn::iceberg
