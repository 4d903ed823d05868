#include "features/request/view_text.h"

#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/request/as_of.h"
#include "features/request/frame_columns.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using testing::FeatureTable;

TEST(EventTimestampTest, TheOnlyOneThatCanBeMeant) {
  auto time = arrow::timestamp(arrow::TimeUnit::MICRO);
  auto id = arrow::field("id", arrow::int64());
  EXPECT_THAT(EventTimestampOf(*arrow::schema(
                  {id, arrow::field("event_timestamp", arrow::utf8()), arrow::field("t", time)})),
              IsOkAnd("event_timestamp"));
  EXPECT_THAT(EventTimestampOf(*arrow::schema({id, arrow::field("t", time)})), IsOkAnd("t"));
  EXPECT_THAT(EventTimestampOf(*arrow::schema({id})), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(EventTimestampOf(*arrow::schema({arrow::field("t", time), arrow::field("u", time)})),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(ViewTextTest, EverythingCanBeSaid) {
  ASSERT_OK_AND_ASSIGN(ViewText view,
                       ParseViewText("origin=db.places:temperature, rain as wet @ ttl=2h, "
                                     "key=origin_id:place, key=day,time=ts,created=made,"
                                     "created-later=does-not"));
  EXPECT_EQ(view.name, "origin");
  EXPECT_EQ(view.table.ToString(), "db.places");
  ASSERT_EQ(view.features.size(), 2U);
  EXPECT_EQ(view.features[0].output_name, "temperature");
  EXPECT_EQ(view.features[1].table_column, "rain");
  EXPECT_EQ(view.features[1].output_name, "wet");
  ASSERT_EQ(view.keys.size(), 2U);
  EXPECT_EQ(view.keys[0].entity_column, "origin_id");
  EXPECT_EQ(view.keys[0].table_column, "place");
  EXPECT_EQ(view.keys[1].table_column, "day");
  EXPECT_EQ(view.ttl_us, int64_t{2} * 3'600'000'000);
  EXPECT_EQ(view.timestamp_column, "ts");
  EXPECT_EQ(view.created_column, "made");
  EXPECT_EQ(view.created_later, CreatedLater::kDoesNot);
}

TEST(ViewTextTest, WhatCannotBeReadIsRefused) {
  for (const char* wrong : {"", "db.t", "db.t:", "db.t:a,", ":a", "db.t:a@ttl", "db.t:a@ttl=x",
                            "db.t:a@nothing=1", "db.t:a@created-later=maybe"}) {
    EXPECT_THAT(ParseViewText(wrong), IsError(ErrorCode::kInvalidArgument)) << wrong;
  }
}

TEST(ViewTextTest, AStateOfTheTableCanBeNamed) {
  ASSERT_OK_AND_ASSIGN(ViewText view, ParseViewText("db.t:a@schema=2,snapshot=-7"));
  ASSERT_TRUE(view.snapshot.has_value());
  EXPECT_EQ(std::get<iceberg::SnapshotId>(*view.snapshot), iceberg::SnapshotId(-7));
  EXPECT_EQ(view.schema, iceberg::SchemaId(2));
  ASSERT_OK_AND_ASSIGN(view, ParseViewText("db.t:a@ttl=7d,ref=train 7"));
  EXPECT_EQ(std::get<table::RefName>(*view.snapshot).name, "train 7");
  for (const char* wrong : {"snapshot=", "snapshot=x", "snapshot=1x",
                            "snapshot=9223372036854775808", "snapshot=1,ref=a", "ref=a,ref=b",
                            "schema=1", "schema=1,ref=a", "snapshot=1,schema=4294967296"}) {
    EXPECT_THAT(ParseViewText(std::string("db.t:a@") + wrong), IsError(ErrorCode::kInvalidArgument))
        << wrong;
  }
}

TEST(StateAsOfTest, AMomentHasToHavePassed) {
  const ManualClock clock(TimestampMs(1000));
  ASSERT_OK_AND_ASSIGN(table::SnapshotSelector state, StateAsOf(TimestampMs(1000), clock));
  EXPECT_EQ(std::get<table::AsOf>(state).time, TimestampMs(1000));
  EXPECT_THAT(StateAsOf(TimestampMs(1001), clock), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(state, StateAsOf(std::nullopt, clock));
  EXPECT_TRUE(std::holds_alternative<table::CurrentSnapshot>(state));
}

class MakeViewTest : public ::testing::Test {
 protected:
  static constexpr const char* kFields = R"(
      {"id":1,"name":"driver","required":false,"type":"long"},
      {"id":2,"name":"event_ts","required":false,"type":"timestamptz"},
      {"id":3,"name":"created_ts","required":false,"type":"timestamptz"},
      {"id":4,"name":"rate","required":false,"type":"double"},
      {"id":5,"name":"trips","required":false,"type":"long"})";

  Result<JoinView> Make(const std::string& text, FeatureNames names = FeatureNames::kShort) {
    ASSIGN_OR_RETURN(ViewText view, ParseViewText(text));
    return MakeView(view, table_.table, table::CurrentSnapshot{}, *entities_, "event_timestamp",
                    names);
  }

  FeatureTable table_{{.fields = kFields, .partition_fields = ""}};
  std::shared_ptr<arrow::Schema> entities_ =
      arrow::schema({arrow::field("driver", arrow::int64()), arrow::field("label", arrow::int64()),
                     arrow::field("event_timestamp", arrow::timestamp(arrow::TimeUnit::MICRO))});
};

TEST_F(MakeViewTest, WhatIsPlainNeedNotBeSaid) {
  ASSERT_OK_AND_ASSIGN(JoinView view, Make("ns.t:rate"));
  ASSERT_EQ(view.keys.size(), 1U);
  EXPECT_EQ(view.keys[0].table_column, "driver");
  EXPECT_EQ(view.timestamp_column, "event_ts");
  EXPECT_EQ(view.created_column, "created_ts");
}

TEST_F(MakeViewTest, AStarIsEveryFeatureThatIsNotNamed) {
  ASSERT_OK_AND_ASSIGN(JoinView view, Make("v=ns.t:trips as n,*", FeatureNames::kFull));
  ASSERT_EQ(view.features.size(), 2U);
  EXPECT_EQ(view.features[0].output_name, "v__n");
  EXPECT_EQ(view.features[1].output_name, "v__rate");
}

TEST_F(MakeViewTest, TwoTimesThatCouldBeMeantAreNotGuessedBetween) {
  EXPECT_THAT(Make("ns.t:rate@created=trips"), IsError(ErrorCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(JoinView view, Make("ns.t:rate@time=created_ts,created=event_ts"));
  EXPECT_EQ(view.timestamp_column, "created_ts");
}

TEST_F(MakeViewTest, AStateThatIsNamedIsReadByItsColumns) {
  table_.Append(R"([{"driver":1,"rate":1}])");
  const iceberg::SnapshotId first = table_.table.metadata->current_snapshot()->id;
  const iceberg::SchemaId columns = table_.table.metadata->current_schema_id;
  table_.Evolve(
      {table::AddColumn{.name = "fresh", .type = iceberg::Type::Plain(iceberg::TypeId::kDouble)}});
  table_.Append(R"([{"driver":1,"fresh":1}])");
  const iceberg::SchemaId newer = table_.table.metadata->current_schema_id;
  ASSERT_NE(columns, newer);
  const auto make = [this](const std::string& settings) { return Make("ns.t:*@" + settings); };
  const auto recorded = [](const JoinView& view) {
    return std::pair(view.table.metadata->current_snapshot()->id,
                     table::SelectSchema(*view.table.metadata, view.snapshot,
                                         view.table.metadata->current_snapshot())
                         .id());
  };
  ASSERT_OK_AND_ASSIGN(JoinView view, make(fmt::format("snapshot={}", first.value())));
  EXPECT_EQ(recorded(view), std::pair(first, columns));
  EXPECT_EQ(view.features.size(), 2U);
  ASSERT_OK_AND_ASSIGN(view,
                       make(fmt::format("snapshot={},schema={}", first.value(), newer.value())));
  EXPECT_EQ(recorded(view), std::pair(first, newer));
  EXPECT_EQ(view.features.size(), 3U);
  ASSERT_OK_AND_ASSIGN(view, make("ref=main"));
  EXPECT_EQ(recorded(view), std::pair(table_.table.metadata->current_snapshot()->id, newer));
  for (const char* lost : {"ref=lost", "snapshot=1"}) {
    EXPECT_THAT(make(lost), IsError(ErrorCode::kNotFound)) << lost;
  }
  EXPECT_THAT(make(fmt::format("snapshot={},schema=99", first.value())),
              IsError(ErrorCode::kNotFound));
  // Whatever the whole join reads.
  ASSERT_OK_AND_ASSIGN(ViewText text, ParseViewText("ns.t:rate@key=driver,ref=main"));
  EXPECT_THAT(MakeView(text, table_.table, table::AsOf{TimestampMs(0)}, FeatureNames::kShort),
              firn::testing::IsOk());
}

TEST_F(MakeViewTest, NoCommonColumnIsAnError) {
  entities_ = arrow::schema({arrow::field("id", arrow::int64())});
  EXPECT_THAT(Make("ns.t:rate"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Make("ns.t:rate@key=id:driver"), firn::testing::IsOk());
}

}  // namespace
}  // namespace firn::features
