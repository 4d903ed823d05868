// The semantics of docs/behaviour.md, case by case, on real files in memory.
#include "features/join/point_in_time_join.h"

#include <string>

#include <arrow/compute/cast.h>
#include <arrow/json/from_string.h>
#include <arrow/scalar.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using table::RowDeletionMode;
using testing::BatchOfJson;
using testing::FeatureTable;
using ::testing::HasSubstr;
using testing::TableOfJson;

constexpr const char* kFields = R"(
    {"id":1,"name":"driver","required":false,"type":"long"},
    {"id":2,"name":"ts","required":false,"type":"timestamptz"},
    {"id":3,"name":"created","required":false,"type":"timestamptz"},
    {"id":4,"name":"rate","required":false,"type":"double"},
    {"id":5,"name":"note","required":false,"type":"string"})";

const auto kInstant = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");

arrow::FieldVector EntityFields() {
  return {arrow::field("driver", arrow::int64()), arrow::field("event_timestamp", kInstant)};
}

class PointInTimeJoinTest : public ::testing::Test {
 protected:
  JoinView View() {
    return {.name = "stats",
            .table = table_.table,
            .keys = {{"driver", "driver"}},
            .timestamp_column = "ts",
            .created_column = "created",
            .features = {{"rate", "rate"}}};
  }

  Result<std::shared_ptr<arrow::Table>> Join(const std::shared_ptr<arrow::Table>& entities,
                                             std::vector<JoinView> views) {
    return PointInTimeJoin({.scan = table_.context}, entities,
                           {.event_timestamp = "event_timestamp", .views = std::move(views)});
  }

  static std::string RatesOf(const arrow::Table& joined) {
    std::string text;
    for (int64_t row = 0; row < joined.num_rows(); ++row) {
      text += joined.GetColumnByName("rate")->GetScalar(row).ValueOrDie()->ToString() + " ";
    }
    return text;
  }

  /// The column `rate` of the answer for entity rows `[driver, time]`, as JSON shows it.
  std::string Rates(const std::string& entities, const JoinView& view) {
    auto joined = Join(TableOfJson(EntityFields(), entities), {view});
    if (!joined.has_value()) {
      return joined.error().Describe();
    }
    return RatesOf(**joined);
  }
  std::string Rates(const std::string& entities) { return Rates(entities, View()); }

  FeatureTable table_{{.fields = kFields, .partition_fields = ""}};
};

TEST_F(PointInTimeJoinTest, TheNewestRowAtOrBeforeTheTimeIsTaken) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":20,"rate":2},
                    {"driver":2,"ts":15,"rate":9}])");
  EXPECT_EQ(Rates("[[1,10],[1,9],[1,19],[1,20],[1,21],[2,14],[2,15],[3,99]]"),
            "1 null 1 2 2 null 9 null ");
}

TEST_F(PointInTimeJoinTest, EveryEntityRowComesOnceInItsOrder) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":2,"ts":10,"rate":2}])");
  auto entities = TableOfJson(EntityFields(), "[[2,30],[1,10],[2,30],[1,5],[2,20]]", 2);
  ASSERT_OK_AND_ASSIGN(auto joined, Join(entities, {View()}));
  EXPECT_EQ(joined->num_rows(), 5);
  EXPECT_TRUE(joined->SelectColumns({0, 1}).ValueOrDie()->Equals(*entities));
  EXPECT_EQ(Rates("[[2,30],[1,10],[2,30],[1,5],[2,20]]"), "2 1 2 null 2 ");
}

/// The same whatever the form of the frame's texts, in chunks with dictionaries of their own.
TEST_F(PointInTimeJoinTest, TextsAreKeysAndTimesInEveryForm) {
  table_.Append(R"([{"note":"a","ts":10000000,"rate":1}, {"note":"b","ts":10000000,"rate":2}])");
  JoinView view = View();
  view.keys = {{"who", "note"}};
  const char* rows = R"([["b","1970-01-01T00:00:11Z"],["a","1970-01-01T00:00:09Z"],
                         ["a","1970-01-01 00:00:10"],["c","1970-01-02"],[null,"1970-01-02"],
                         ["b",null]])";
  const auto text = arrow::utf8();
  for (const auto& type :
       {text, arrow::large_utf8(), arrow::utf8_view(), arrow::dictionary(arrow::int8(), text),
        arrow::dictionary(arrow::uint32(), arrow::large_utf8()),
        arrow::dictionary(arrow::int16(), arrow::utf8_view())}) {
    SCOPED_TRACE(type->ToString());
    auto entities = TableOfJson({arrow::field("who", text), arrow::field("event_timestamp", text)},
                                rows, /*chunk_rows=*/2);
    arrow::ChunkedArrayVector columns;
    for (const auto& column : entities->columns()) {
      columns.push_back(arrow::compute::Cast(column, type).ValueOrDie().chunked_array());
    }
    entities = arrow::Table::Make(
        arrow::schema({arrow::field("who", type), arrow::field("event_timestamp", type)}), columns);
    ASSERT_OK_AND_ASSIGN(auto joined, Join(entities, {view}));
    EXPECT_TRUE(joined->SelectColumns({0, 1}).ValueOrDie()->Equals(*entities));
    EXPECT_EQ(RatesOf(*joined), "2 null 1 null null null ");
  }
}

TEST_F(PointInTimeJoinTest, CategoriesOfOtherValuesAreKeysAndTimesToo) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":2,"ts":10,"rate":2}])");
  const auto drivers = arrow::dictionary(arrow::int8(), arrow::int64());
  const auto times = arrow::dictionary(arrow::int8(), kInstant);
  auto entities = arrow::Table::Make(
      arrow::schema({arrow::field("driver", drivers), arrow::field("event_timestamp", times)}),
      {arrow::json::DictArrayFromJSONString(drivers, "[1, 0, null]", "[1, 2]").ValueOrDie(),
       arrow::json::DictArrayFromJSONString(times, "[0, 1, 1]", "[10, 9]").ValueOrDie()});
  ASSERT_OK_AND_ASSIGN(auto joined, Join(entities, {View()}));
  EXPECT_EQ(RatesOf(*joined), "2 null null ");
  entities = entities->RenameColumns({"ts", "event_timestamp"}).ValueOrDie();
  JoinView view = View();
  view.keys = {{"ts", "note"}};
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument)) << "no text";
}

TEST_F(PointInTimeJoinTest, BothEndsOfTheTtlAreIncluded) {
  table_.Append(R"([{"driver":1,"ts":100,"rate":1}])");
  JoinView view = View();
  view.ttl_us = 10;
  EXPECT_EQ(Rates("[[1,100],[1,110],[1,111]]", view), "1 1 null ");
  view.ttl_us = 0;
  EXPECT_EQ(Rates("[[1,9000000000000]]", view), "1 ") << "0 is no limit";
}

TEST_F(PointInTimeJoinTest, ANewerRowOutlivesAnOlderOneThatExpired) {
  table_.Append(R"([{"driver":1,"ts":100,"rate":1}, {"driver":1,"ts":105,"rate":2}])");
  JoinView view = View();
  view.ttl_us = 10;
  EXPECT_EQ(Rates("[[1,104],[1,112],[1,115],[1,116]]", view), "1 2 2 null ");
}

TEST_F(PointInTimeJoinTest, TiesGoToTheLatestCreatedAndNoneIsLowest) {
  table_.Append(R"([{"driver":1,"ts":10,"created":7,"rate":1},
                    {"driver":1,"ts":10,"created":9,"rate":2},
                    {"driver":1,"ts":10,"created":8,"rate":3},
                    {"driver":2,"ts":10,"created":null,"rate":4},
                    {"driver":2,"ts":10,"created":-5,"rate":5}])");
  EXPECT_EQ(Rates("[[1,10],[2,11]]"), "2 5 ");
}

TEST_F(PointInTimeJoinTest, TiesOnBothGoToTheRowThatCameLast) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":10,"rate":2}])");
  EXPECT_EQ(Rates("[[1,10]]"), "2 ");
  table_.Append(R"([{"driver":1,"ts":10,"rate":0}])");
  EXPECT_EQ(Rates("[[1,10]]"), "0 ");
}

TEST_F(PointInTimeJoinTest, RowsCreatedLaterCountUnlessAskedNotTo) {
  table_.Append(R"([{"driver":1,"ts":10,"created":12,"rate":1},
                    {"driver":1,"ts":20,"created":50,"rate":2},
                    {"driver":1,"ts":21,"created":null,"rate":3}])");
  EXPECT_EQ(Rates("[[1,11],[1,20],[1,49]]"), "1 2 3 ");
  JoinView view = View();
  view.created_later = CreatedLater::kDoesNot;
  EXPECT_EQ(Rates("[[1,11],[1,12],[1,49],[1,50]]", view), "null 1 1 2 ");
}

TEST_F(PointInTimeJoinTest, ANullInTheNewestRowStaysNull) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":20,"rate":null}])");
  EXPECT_EQ(Rates("[[1,15],[1,25]]"), "1 null ");
}

TEST_F(PointInTimeJoinTest, NullKeysMatchNothingAndNullTimesHaveNothing) {
  table_.Append(R"([{"driver":null,"ts":10,"rate":1}, {"driver":1,"ts":null,"rate":2},
                    {"driver":1,"ts":5,"rate":3}])");
  EXPECT_EQ(Rates("[[null,20],[1,null],[1,20]]"), "null null 3 ");
}

TEST_F(PointInTimeJoinTest, AColumnOfNothingButNullsIsAKeyOrATime) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1,"note":"a"}])");
  const auto none = arrow::null();
  const auto time = arrow::field("event_timestamp", kInstant);
  JoinView by_note = View();
  by_note.keys = {{"driver", "note"}};
  by_note.features = {{"rate", "other"}};
  auto entities = TableOfJson({arrow::field("driver", none), time}, "[[null,10],[null,11]]", 1);
  ASSERT_OK_AND_ASSIGN(auto joined, Join(entities, {View(), by_note}));
  EXPECT_TRUE(joined->SelectColumns({0, 1}).ValueOrDie()->Equals(*entities));
  EXPECT_EQ(RatesOf(*joined), "null null ");
  entities =
      TableOfJson({arrow::field("driver", arrow::int64()), arrow::field("event_timestamp", none)},
                  "[[1,null],[2,null]]");
  ASSERT_OK_AND_ASSIGN(joined, Join(entities, {View()}));
  EXPECT_TRUE(joined->SelectColumns({0, 1}).ValueOrDie()->Equals(*entities));
  EXPECT_EQ(RatesOf(*joined), "null null ");
  JoinView aged = View();
  aged.ttl_us = 1;
  aged.keys.push_back({"place", "note"});
  entities = TableOfJson(
      {arrow::field("driver", arrow::int64()), arrow::field("place", none), time}, "[[1,null,10]]");
  ASSERT_OK_AND_ASSIGN(joined, Join(entities, {aged}));
  EXPECT_EQ(RatesOf(*joined), "null ");
}

TEST_F(PointInTimeJoinTest, TimesOutOfANanosecondColumnsRangeNeverShowTheFuture) {
  FeatureTable table({.fields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"ts","required":false,"type":"timestamptz"},
      {"id":3,"name":"created","required":false,"type":"timestamptz_ns"},
      {"id":4,"name":"rate","required":false,"type":"double"})",
                      .partition_fields = "",
                      .version = 3});
  // In 2999 and 3001.
  table.Append(R"([{"driver":1,"ts":32472144000000000,"created":5,"rate":1},
                   {"driver":1,"ts":32535216000000000,"created":5,"rate":2}])");
  JoinView view = View();
  view.table = table.table;
  const std::string year_3000 = "[[1,32503680000000000]]";
  EXPECT_EQ(Rates(year_3000, view), "1 ");
  view.created_later = CreatedLater::kDoesNot;
  EXPECT_THAT(Join(TableOfJson(EntityFields(), year_3000), {view}),
              IsError(ErrorCode::kInvalidArgument));
  JoinView by_creation = view;
  by_creation.timestamp_column = "created";
  by_creation.created_column = "";
  by_creation.created_later = CreatedLater::kCounts;
  by_creation.features = {{"rate", "other"}};
  EXPECT_THAT(Join(TableOfJson(EntityFields(), year_3000), {by_creation, view}),
              IsError(ErrorCode::kInvalidArgument))
      << "also behind a view that has nanoseconds itself";
  EXPECT_EQ(Rates("[[1,9000000000000000]]", view), "null ");
  JoinView other_way = view;
  other_way.timestamp_column = "created";
  other_way.created_column = "ts";
  EXPECT_THAT(Join(TableOfJson(EntityFields(), year_3000), {other_way}),
              IsError(ErrorCode::kInvalidArgument))
      << "the row of 3001 is no row of then";
  EXPECT_EQ(Rates("[[1,9000000000000000]]", other_way), "null ");
}

TEST_F(PointInTimeJoinTest, AnEmptyFrameGivesAllColumns) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}])");
  ASSERT_OK_AND_ASSIGN(auto joined, Join(TableOfJson(EntityFields(), "[]"), {View()}));
  EXPECT_EQ(joined->num_rows(), 0);
  EXPECT_EQ(joined->schema()->field_names(),
            (std::vector<std::string>{"driver", "event_timestamp", "rate"}));
}

TEST_F(PointInTimeJoinTest, AnEmptyTableGivesNulls) {
  EXPECT_EQ(Rates("[[1,10],[2,10]]"), "null null ");
}

TEST_F(PointInTimeJoinTest, SeveralViewsAndFeaturesComeInTheOrderAskedFor) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1,"note":"a"},
                    {"driver":2,"ts":10,"rate":2,"note":"b"}])");
  JoinView origin = View();
  origin.features = {{"note", "origin__note"}, {"rate", "origin__rate"}};
  JoinView destination = View();
  destination.keys = {{"to", "driver"}};
  destination.features = {{"note", "destination__note"}};
  arrow::FieldVector fields = EntityFields();
  fields.push_back(arrow::field("to", arrow::int32()));
  ASSERT_OK_AND_ASSIGN(auto joined, Join(TableOfJson(fields, "[[1,10,2],[2,10,1],[2,11,7]]"),
                                         {origin, destination}));
  auto expected = BatchOfJson(
      {arrow::field("origin__note", arrow::utf8()), arrow::field("origin__rate", arrow::float64()),
       arrow::field("destination__note", arrow::utf8())},
      R"([["a",1,"b"],["b",2,"a"],["b",2,null]])");
  EXPECT_TRUE(joined->SelectColumns({3, 4, 5}).ValueOrDie()->Equals(
      *arrow::Table::FromRecordBatches({expected}).ValueOrDie()))
      << joined->ToString();
}

TEST_F(PointInTimeJoinTest, AViewWithoutKeysJoinsByTime) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":2,"ts":20,"rate":2}])");
  JoinView view = View();
  view.keys.clear();
  EXPECT_EQ(Rates("[[null,9],[7,10],[8,30]]", view), "null 1 2 ");
}

TEST_F(PointInTimeJoinTest, DeletedRowsAreNotSeen) {
  for (RowDeletionMode mode : {RowDeletionMode::kMergeOnRead, RowDeletionMode::kCopyOnWrite}) {
    table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":20,"rate":2},
                      {"driver":1,"ts":30,"rate":3}])");
    table_.Delete("rate = 2", mode);
    EXPECT_EQ(Rates("[[1,10],[1,25],[1,30]]"), "1 1 3 ");
    table_.Delete("rate > 0", mode);
    EXPECT_EQ(Rates("[[1,10],[1,25],[1,30]]"), "null null null ");
  }
}

TEST_F(PointInTimeJoinTest, AnOlderSnapshotGivesItsAnswerAgain) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}])");
  JoinView old = View();
  old.snapshot = table_.table.metadata->current_snapshot()->id;
  table_.Append(R"([{"driver":1,"ts":15,"rate":2}])");
  old.table = table_.table;
  EXPECT_EQ(Rates("[[1,20]]"), "2 ");
  EXPECT_EQ(Rates("[[1,20]]", old), "1 ");
}

TEST_F(PointInTimeJoinTest, WhatIsMissingIsToldWithWhatIsNear) {
  const auto message = [&](const arrow::FieldVector& fields, const JoinView& view) {
    auto joined = Join(TableOfJson(fields, "[]"), {view});
    return joined.has_value() ? std::string() : joined.error().message();
  };
  JoinView view = View();
  view.features = {{"rates", "rate"}};
  EXPECT_THAT(message(EntityFields(), view), HasSubstr("has no column rates; the nearest: rate"));
  view = View();
  view.keys = {{"drivers", "driver"}};
  EXPECT_THAT(message(EntityFields(), view),
              HasSubstr("frame has no column drivers; the nearest: driver"));
  arrow::FieldVector twice = EntityFields();
  twice.push_back(twice.front());
  EXPECT_THAT(message(twice, View()), HasSubstr("frame has 2 columns driver"));
}

TEST_F(PointInTimeJoinTest, WhatDoesNotFitIsNamed) {
  auto entities = TableOfJson(EntityFields(), "[[1,10]]");
  JoinView view = View();
  view.features = {{"nothing", "rate"}};
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument));
  view = View();
  view.timestamp_column = "note";
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument));
  view = View();
  view.keys = {{"driver", "note"}};
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument));
  view = View();
  view.keys = {{"rider", "driver"}};
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument));
  view = View();
  view.created_column.clear();
  view.created_later = CreatedLater::kDoesNot;
  EXPECT_THAT(Join(entities, {view}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Join(entities, {View(), View()}), IsError(ErrorCode::kInvalidArgument))
      << "two columns of one name";
}

TEST_F(PointInTimeJoinTest, FeaturesAreReadOnlyOfRowGroupsWithWinners) {
  FeatureTable table({.fields = kFields, .partition_fields = "", .row_group_rows = 10});
  std::string rows;
  for (int64_t i = 0; i < 100; ++i) {
    rows += fmt::format(R"({}{{"driver":{},"ts":10,"rate":{}}})", i == 0 ? "" : ",", i, i);
  }
  table.Append("[" + rows + "]");
  JoinView view = View();
  view.table = table.table;
  JoinProgress progress;
  ASSERT_OK_AND_ASSIGN(
      auto joined, PointInTimeJoin({.scan = table.context, .progress = &progress},
                                   TableOfJson(EntityFields(), "[[35,20],[89,20],[90,20],[36,20]]"),
                                   {.event_timestamp = "event_timestamp", .views = {view}}));
  EXPECT_EQ(joined->GetColumnByName("rate")->GetScalar(2).ValueOrDie()->ToString(), "90");
  // The keys lie in three groups: those, and no others, are read by either pass; the second ends at
  // the last winner.
  EXPECT_GT(progress.done_rows, 30 + 20);
  EXPECT_LE(progress.done_rows, 30 + 30);
}

TEST_F(PointInTimeJoinTest, AFileThatIsGoneIsAnError) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}])");
  auto listed = table_.files->List(table_.table.metadata->location + "/data/", {});
  ASSERT_EQ(listed->files.size(), 1U);
  ASSERT_TRUE(table_.files->Delete(listed->files[0].location).has_value());
  EXPECT_THAT(Join(TableOfJson(EntityFields(), "[[1,10]]"), {View()}),
              IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace firn::features
