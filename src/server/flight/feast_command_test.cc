#include "server/flight/feast_command.h"

#include "base/testing/matchers.h"

namespace firn::flight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::IsOkAnd;

TEST(FeastCommandTest, HistoricalFeatures) {
  auto command = ParseFeastCommand(
      R"({"command_id":"x","api":"get_historical_features","feature_view_names":["a","b"],)"
      R"("feature_refs":["a:f","origin:g"],"project":"p","full_feature_names":true,)"
      R"("name_aliases":[null,"origin"],"start_date":"1970-01-01T00:00:01+00:00"})");
  ASSERT_THAT(command, IsOk());
  EXPECT_EQ(command->api, "get_historical_features");
  EXPECT_THAT(command->feature_view_names, ElementsAre("a", "b"));
  EXPECT_THAT(command->name_aliases, ElementsAre("", "origin"));
  EXPECT_THAT(command->feature_refs, ElementsAre("a:f", "origin:g"));
  EXPECT_TRUE(command->full_feature_names);
  EXPECT_FALSE(command->has_entity_sql);
  EXPECT_EQ(command->start, TimestampUs(1'000'000));
  EXPECT_FALSE(command->end);
}

TEST(FeastCommandTest, Pulls) {
  auto command = ParseFeastCommand(
      R"({"api":"pull_all_from_table_or_query","data_source_name":"s","join_key_columns":["k"],)"
      R"("feature_name_columns":[],"timestamp_field":"ts","created_timestamp_column":null,)"
      R"("start_date":null,"end_date":"1970-01-01T05:30:00+05:30"})");
  ASSERT_THAT(command, IsOk());
  EXPECT_EQ(command->data_source_name, "s");
  EXPECT_THAT(command->join_key_columns, ElementsAre("k"));
  EXPECT_THAT(command->feature_name_columns, IsEmpty());
  EXPECT_EQ(command->created_timestamp_column, "");
  EXPECT_EQ(command->end, TimestampUs(0));
}

TEST(FeastCommandTest, WhatIsNoneIsAnError) {
  for (const char* text :
       {"", "[]", "{}", R"({"api":1})", R"({"api":"x","feature_refs":[1]})",
        R"({"api":"x","start_date":"soon"})", R"({"api":"x","full_feature_names":"yes"})"}) {
    EXPECT_THAT(ParseFeastCommand(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(FeastCommandTest, TimesAsPythonPrintsThem) {
  EXPECT_THAT(ReadPythonTime("1970-01-01T00:00:00.000005"), IsOkAnd(TimestampUs(5)));
  EXPECT_THAT(ReadPythonTime("1970-01-01"), IsOkAnd(TimestampUs(0)));
  EXPECT_THAT(ReadPythonTime("1969-12-31T19:00:00-05:00"), IsOkAnd(TimestampUs(0)));
  EXPECT_THAT(ReadPythonTime("1970-01-01 05:45:00+05:45"), IsOkAnd(TimestampUs(0)));
  EXPECT_THAT(ReadPythonTime("+05:30"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadPythonTime("T+05:30"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::flight
