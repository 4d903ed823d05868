#include "features/request/view_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/request/duration.h"
#include "features/request/frame_columns.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOkAnd;
using testing::FeatureTable;

TEST(DurationTest, UnitsAddUp) {
  EXPECT_THAT(ParseDuration("7d"), IsOkAnd(int64_t{7} * 86'400'000'000));
  EXPECT_THAT(ParseDuration("1d12h"), IsOkAnd(int64_t{36} * 3'600'000'000));
  EXPECT_THAT(ParseDuration("250ms5us"), IsOkAnd(250'005));
  EXPECT_THAT(ParseDuration("0"), IsOkAnd(0));
  for (const char* wrong : {"", "7", "d", "7 d", "-1d", "7days", "9999999999999d", "1d1"}) {
    EXPECT_THAT(ParseDuration(wrong), IsError(ErrorCode::kInvalidArgument)) << wrong;
  }
}

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

TEST_F(MakeViewTest, NoCommonColumnIsAnError) {
  entities_ = arrow::schema({arrow::field("id", arrow::int64())});
  EXPECT_THAT(Make("ns.t:rate"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Make("ns.t:rate@key=id:driver"), firn::testing::IsOk());
}

}  // namespace
}  // namespace firn::features
