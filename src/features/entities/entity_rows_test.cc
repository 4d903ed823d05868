#include "features/entities/entity_rows.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/entities/table_join.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using testing::FeatureTable;
using ::testing::Pair;
using testing::TableOfJson;
using ::testing::UnorderedElementsAre;

const auto kInstant = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");

/// Driver and time of every row.
std::vector<std::pair<int64_t, int64_t>> PairsOf(const arrow::Table& rows) {
  std::vector<std::pair<int64_t, int64_t>> pairs;
  auto batch = rows.CombineChunksToBatch().ValueOrDie();
  const auto& drivers = static_cast<const arrow::Int64Array&>(*batch->column(0));
  const auto& times = static_cast<const arrow::TimestampArray&>(*batch->column(1));
  for (int64_t row = 0; row < batch->num_rows(); ++row) {
    pairs.emplace_back(drivers.Value(row), times.Value(row));
  }
  return pairs;
}

class EntityRowsTest : public ::testing::Test {
 protected:
  JoinView Drivers() {
    return {.name = "drivers",
            .table = drivers_.table,
            .keys = {{"driver", "driver"}},
            .timestamp_column = "ts"};
  }
  JoinView Trips() {
    return {.name = "trips",
            .table = trips_.table,
            .keys = {{"driver", "who"}, {"place", "place"}},
            .timestamp_column = "day"};
  }

  static testing::FeatureTableShape TableByKey(const std::string& type) {
    constexpr const char* kFields = R"(
        {{"id":1,"name":"key","required":false,"type":"{}"}},
        {{"id":2,"name":"ts","required":false,"type":"timestamptz"}})";
    return {.fields = fmt::format(kFields, type), .partition_fields = "", .version = 3};
  }
  static JoinView ViewByKey(std::string name, const FeatureTable& table) {
    return {.name = std::move(name),
            .table = table.table,
            .keys = {{"key", "key"}},
            .timestamp_column = "ts"};
  }

  Result<std::shared_ptr<arrow::Table>> Rows(std::vector<JoinView> views,
                                             EntityWindow window,
                                             int64_t memory_bytes = 1 << 20) {
    return EntityRows({.scan = drivers_.context}, views, window, "event_timestamp", memory_bytes);
  }

  /// Drivers 0 to `rows` - 1, each at the time of its number.
  void AppendDrivers(int64_t rows) {
    std::string text;
    for (int64_t row = 0; row < rows; ++row) {
      text += fmt::format(R"({}{{"driver":{},"ts":{}}})", row > 0 ? "," : "", row, row);
    }
    drivers_.Append("[" + text + "]");
  }

  FeatureTable drivers_{{.fields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz"})",
                         .partition_fields = ""}};
  FeatureTable trips_{{.fields = R"(
      {"id":1,"name":"day","required":false,"type":"date"},
      {"id":2,"name":"who","required":false,"type":"int"},
      {"id":3,"name":"place","required":false,"type":"string"})",
                       .partition_fields = ""}};
};

TEST_F(EntityRowsTest, EveryKeyAndTimeOfTheWindowOnce) {
  drivers_.Append(R"([{"driver":1,"ts":10}, {"driver":1,"ts":10}, {"driver":1,"ts":20},
                      {"driver":2,"ts":10}, {"driver":null,"ts":10}, {"driver":3,"ts":null}])");
  drivers_.Append(R"([{"driver":1,"ts":20}, {"driver":2,"ts":30}, {"driver":2,"ts":31}])");
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({Drivers()}, {.start_us = 10, .end_us = 30}));
  EXPECT_TRUE(rows->schema()->Equals(*arrow::schema(
      {arrow::field("driver", arrow::int64()), arrow::field("event_timestamp", kInstant)})));
  EXPECT_THAT(PairsOf(*rows),
              UnorderedElementsAre(Pair(1, 10), Pair(1, 20), Pair(2, 10), Pair(2, 30)));
  ASSERT_OK_AND_ASSIGN(rows, Rows({Drivers(), Drivers()}, {}));
  EXPECT_EQ(rows->num_rows(), 5) << "two views of the same keys";
}

TEST_F(EntityRowsTest, ViewsByOtherKeysHaveNullsThere) {
  constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
  drivers_.Append(R"([{"driver":7,"ts":5}])");
  trips_.Append(R"([{"day":1,"who":7,"place":"here"}, {"day":0,"who":8,"place":"there"},
                    {"day":1,"who":9,"place":null}])");
  // A day is its midnight: that of day 0 is before the window.
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({Drivers(), Trips()}, {.start_us = 1, .end_us = kDay}));
  auto expected =
      TableOfJson({arrow::field("driver", arrow::int64()), arrow::field("place", arrow::utf8()),
                   arrow::field("event_timestamp", kInstant)},
                  R"([[7,null,5],[7,"here",86400000000]])");
  EXPECT_TRUE(rows->CombineChunks().ValueOrDie()->Equals(*expected->CombineChunks().ValueOrDie()))
      << rows->ToString();
}

TEST_F(EntityRowsTest, WithoutRowsItHasItsColumns) {
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({Drivers(), Trips()}, {}));
  EXPECT_EQ(rows->num_rows(), 0);
  EXPECT_EQ(rows->ColumnNames(), (std::vector<std::string>{"driver", "place", "event_timestamp"}));
}

TEST_F(EntityRowsTest, KeysOfTwoKindsAreRefused) {
  JoinView trips = Trips();
  trips.keys = {{"driver", "place"}};
  EXPECT_THAT(Rows({Drivers(), trips}, {}), IsError(ErrorCode::kInvalidArgument));
}

/// Rows of two views of tables whose keys have other widths, in either order.
TEST_F(EntityRowsTest, KeysOfTwoWidthsKeepTheirValues) {
  struct Widths {
    const char* narrow;
    const char* wide;
    /// JSON; the second one is only of the wide table.
    const char* both;
    const char* beyond;
    std::shared_ptr<arrow::DataType> frame;
  };
  const auto nanos = arrow::timestamp(arrow::TimeUnit::NANO, "UTC");
  for (const Widths& widths : {Widths{"int", "long", "7", "5000000000", arrow::int64()},
                               Widths{"float", "double", "0.5", "0.1", arrow::float64()},
                               Widths{"timestamptz", "timestamptz_ns", R"("1970-01-01T00:00:01Z")",
                                      R"("1970-01-01T00:00:01.000000001Z")", nanos},
                               Widths{"decimal(5, 2)", "decimal(20, 2)", R"("1.25")",
                                      R"("123456789012345678.25")", arrow::decimal128(20, 2)}}) {
    SCOPED_TRACE(widths.wide);
    FeatureTable narrow(TableByKey(widths.narrow));
    FeatureTable wide(TableByKey(widths.wide));
    narrow.Append(fmt::format(R"([{{"key":{},"ts":10}}])", widths.both));
    wide.Append(fmt::format(R"([{{"key":{0},"ts":10}}, {{"key":{0},"ts":20}}, {{"key":{1},"ts":10}},
                                {{"key":{1},"ts":10}}])",
                            widths.both, widths.beyond));
    const JoinView first = ViewByKey("first", narrow);
    const JoinView second = ViewByKey("second", wide);
    auto expected =
        TableOfJson({arrow::field("key", widths.frame), arrow::field("event_timestamp", kInstant)},
                    fmt::format("[[{0},10],[{0},20],[{1},10]]", widths.both, widths.beyond));
    for (const auto& views : {std::vector{first, second}, std::vector{second, first}}) {
      ASSERT_OK_AND_ASSIGN(auto rows, Rows(views, {}));
      EXPECT_TRUE(
          rows->CombineChunks().ValueOrDie()->Equals(*expected->CombineChunks().ValueOrDie()))
          << rows->ToString();
    }
  }
}

TEST_F(EntityRowsTest, ATimeThatNanosecondsCannotHoldIsNotMadeAnother) {
  FeatureTable nanos({.fields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz_ns"})",
                      .partition_fields = "",
                      .version = 3});
  nanos.Append(R"([{"driver":1,"ts":10}])");
  JoinView exact = Drivers();
  exact.name = "exact";
  exact.table = nanos.table;
  // Of the year 3001.
  drivers_.Append(R"([{"driver":1,"ts":20}, {"driver":2,"ts":32535216000000000}])");
  EXPECT_THAT(Rows({Drivers(), exact}, {}), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({Drivers(), exact}, {.end_us = 1'000'000}));
  EXPECT_THAT(PairsOf(*rows), UnorderedElementsAre(Pair(1, 10), Pair(1, 20'000)));
  ASSERT_OK_AND_ASSIGN(rows, Rows({Drivers()}, {}));
  EXPECT_EQ(rows->num_rows(), 2);
}

TEST_F(EntityRowsTest, KeysInAnotherOrderAreTheSameKeys) {
  trips_.Append(R"([{"day":1,"who":7,"place":"here"}, {"day":0,"who":8,"place":"there"}])");
  JoinView other = Trips();
  std::ranges::reverse(other.keys);
  auto expected =
      TableOfJson({arrow::field("place", arrow::utf8()), arrow::field("driver", arrow::int32()),
                   arrow::field("event_timestamp", kInstant)},
                  R"([["here",7,86400000000],["there",8,0]])");
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({other, Trips()}, {}));
  EXPECT_TRUE(rows->CombineChunks().ValueOrDie()->Equals(*expected->CombineChunks().ValueOrDie()))
      << rows->ToString();
  ASSERT_OK_AND_ASSIGN(rows, Rows({Trips(), other}, {}));
  EXPECT_EQ(rows->num_rows(), 2);
}

TEST_F(EntityRowsTest, MoreThanTheLimitHoldsIsRefusedAndAShorterWindowFits) {
  AppendDrivers(30'000);
  EXPECT_THAT(Rows({Drivers()}, {}), IsError(ErrorCode::kPayloadTooLarge));
  ASSERT_OK_AND_ASSIGN(auto rows, Rows({Drivers()}, {.start_us = 100, .end_us = 3'099}));
  EXPECT_EQ(rows->num_rows(), 3'000);
}

TEST_F(EntityRowsTest, AJoinOfTheTablesIsOneOfTheirRows) {
  AppendDrivers(1000);
  JoinView view = Drivers();
  view.features = {{"ts", "seen"}};
  ASSERT_OK_AND_ASSIGN(auto join,
                       JoinTables({.scan = drivers_.context},
                                  {.event_timestamp = "event_timestamp", .views = {view}},
                                  {.start_us = 1}, kMinJoinBytes));
  ASSERT_OK_AND_ASSIGN(auto part, join->Next());
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->num_rows(), 999);
  EXPECT_TRUE(part->GetColumnByName("seen")->Equals(*part->GetColumnByName("event_timestamp")));
  ASSERT_OK_AND_ASSIGN(part, join->Next());
  EXPECT_EQ(part, nullptr);
}

TEST_F(EntityRowsTest, AJoinOfMoreThanHalfOfTheLimitIsRefused) {
  AppendDrivers(200'000);
  JoinView view = Drivers();
  view.features = {{"ts", "seen"}};
  const JoinRequest request{.event_timestamp = "event_timestamp", .views = {view}};
  EXPECT_THAT(JoinTables({.scan = drivers_.context}, request, {}, kMinJoinBytes),
              IsError(ErrorCode::kPayloadTooLarge));
}

}  // namespace
}  // namespace firn::features
