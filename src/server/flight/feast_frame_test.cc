#include "server/flight/feast_frame.h"

#include <string>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::flight {
namespace {

using features::testing::TableOfJson;
using testing::IsError;
using testing::IsOk;

arrow::MemoryPool* Memory() { return arrow::default_memory_pool(); }

TEST(FeastFrameTest, NoFrameIsATextColumnNamedKey) {
  EXPECT_EQ(EntitiesOf(*TableOfJson({arrow::field("key", arrow::utf8())}, R"([{"key":"m"}])")),
            nullptr);
  EXPECT_NE(EntitiesOf(*TableOfJson({arrow::field("key", arrow::int64())}, "[]")), nullptr);
}

TEST(FeastFrameTest, TheIndexOfPandasIsLeftOut) {
  auto frame = EntitiesOf(*TableOfJson(
      {arrow::field("a", arrow::int64()), arrow::field("__index_level_0__", arrow::int64())},
      R"([{"a":1,"__index_level_0__":7}])"));
  EXPECT_THAT(frame->ColumnNames(), ::testing::ElementsAre("a"));
}

TEST(FeastFrameTest, KeysThatPandasMadeFloatingAreWholeAgain) {
  auto frame = TableOfJson({arrow::field("k", arrow::float64()), arrow::field("n", arrow::null())},
                           R"([{"k":1.0},{},{"k":-3.0}])", 2);
  auto fitting = WithFittingKey(frame, "k", arrow::int32(), Memory());
  ASSERT_THAT(fitting, IsOk());
  auto expected = TableOfJson({arrow::field("k", arrow::int64())}, R"([{"k":1},{},{"k":-3}])");
  EXPECT_TRUE((*fitting)->GetColumnByName("k")->Equals(expected->column(0)));
  fitting = WithFittingKey(*fitting, "n", arrow::utf8(), Memory());
  ASSERT_THAT(fitting, IsOk());
  EXPECT_TRUE((*fitting)->GetColumnByName("n")->type()->Equals(arrow::utf8()));
  EXPECT_EQ((*fitting)->GetColumnByName("n")->null_count(), 3);
  auto same = WithFittingKey(frame, "k", arrow::float64(), Memory());
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ((*same)->GetColumnByName("k"), frame->GetColumnByName("k"));
  EXPECT_THAT(WithFittingKey(frame, "lost", arrow::int64(), Memory()), IsOk());
}

TEST(FeastFrameTest, PartsOfWholesAreNoKeys) {
  for (const char* rows : {R"([{"k":1.5}])", R"([{"k":1e300}])"}) {
    auto frame = TableOfJson({arrow::field("k", arrow::float64())}, rows);
    EXPECT_THAT(WithFittingKey(frame, "k", arrow::int64(), Memory()),
                IsError(ErrorCode::kInvalidArgument));
  }
}

TEST(FeastFrameTest, TimesAndDatesAreInstants) {
  auto table = TableOfJson({arrow::field("d", arrow::date32()),
                            arrow::field("t", arrow::timestamp(arrow::TimeUnit::NANO)),
                            arrow::field("x", arrow::int64())},
                           R"([{"d":1,"t":5,"x":1},{}])");
  auto instant = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  auto dates = AsFeastReads(table->column(0), Memory());
  ASSERT_THAT(dates, IsOk());
  EXPECT_TRUE((*dates)->Equals(
      TableOfJson({arrow::field("d", instant)}, R"([{"d":86400000000},{}])")->column(0)));
  auto times = AsInstants(table->column(1), Memory());
  ASSERT_THAT(times, IsOk());
  EXPECT_EQ((*times)->type()->ToString(), "timestamp[ns, tz=UTC]");
  auto others = AsInstants(table->column(2), Memory());
  ASSERT_THAT(others, IsOk());
  EXPECT_EQ(*others, table->column(2));
}

TEST(FeastFrameTest, DaysBeyondWhatATimeHoldsAreRefused) {
  const arrow::FieldVector day = {arrow::field("d", arrow::date32())};
  for (const char* far : {R"([{"d":106751992}])", R"([{"d":-2147483648}])"}) {
    auto dates = AsFeastReads(TableOfJson(day, far)->column(0), Memory());
    EXPECT_THAT(dates, IsError(ErrorCode::kInvalidArgument)) << far;
  }
  EXPECT_THAT(AsFeastReads(TableOfJson(day, R"([{"d":106751991}])")->column(0), Memory()), IsOk());
}

TEST(FeastFrameTest, RowsAreWrittenWithTheTablesZones) {
  auto rows = TableOfJson({arrow::field("a", arrow::timestamp(arrow::TimeUnit::NANO)),
                           arrow::field("b", arrow::null())},
                          R"([{"a":5},{}])");
  auto wanted = arrow::schema({arrow::field("a", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
                               arrow::field("b", arrow::float64())});
  auto written = WrittenAs(*rows, *wanted, Memory());
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ((*written)->column(0)->type()->ToString(), "timestamp[ns, tz=UTC]");
  EXPECT_EQ((*written)->column(1)->type()->id(), arrow::Type::DOUBLE);
}

}  // namespace
}  // namespace firn::flight
