#include "server/rest/feature_requests.h"

#include <string>

#include "base/testing/matchers.h"

namespace firn::rest {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(FeatureRequestsTest, AJoinIsRead) {
  auto request = ParseJoinFeatures(
      R"({"views":["db.t:rate@ttl=7d","x=db.u:*"],"entities":[{"id":1},{"id":2}],)"
      R"("event-timestamp":"ts","full-feature-names":true,"as-of":"1970-01-01T00:00:01"})");
  ASSERT_THAT(request, IsOk());
  EXPECT_THAT(request->views, ::testing::ElementsAre("db.t:rate@ttl=7d", "x=db.u:*"));
  EXPECT_EQ(request->event_timestamp, "ts");
  EXPECT_TRUE(request->full_feature_names);
  EXPECT_EQ(request->as_of, TimestampMs(1000));
  EXPECT_FALSE(request->start);
  ASSERT_TRUE(request->entities);
  EXPECT_EQ(request->entities->size(), 2U);
}

TEST(FeatureRequestsTest, ALatestCallIsRead) {
  auto request = ParseLatestFeatures(
      R"({"view":"db.t:rate@key=id","start":"1970-01-01","end":"1970-01-01T00:00:00.000002Z"})");
  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->view, "db.t:rate@key=id");
  EXPECT_EQ(request->start, TimestampUs(0));
  EXPECT_EQ(request->end, TimestampUs(2));
  EXPECT_FALSE(request->as_of);
}

TEST(FeatureRequestsTest, WhatDoesNotFitIsNamed) {
  struct Case {
    const char* json;
    const char* says;
  };
  std::string many = R"({"views":[)";
  for (size_t i = 0; i <= kMaxViews; ++i) {
    many += i == 0 ? R"("a:b")" : R"(,"a:b")";
  }
  many += "]}";
  for (const Case& each :
       {Case{"[]", "object"}, Case{"{}", "views"}, Case{R"({"views":[]})", "1 to 256"},
        Case{many.c_str(), "1 to 256"}, Case{R"({"views":["a:b"],"ttl":"7d"})", "ttl"},
        Case{R"({"views":["a:b"],"start":"soon"})", "start"},
        Case{R"({"views":["a:b"],"as-of":5})", "as-of"},
        Case{R"({"views":["a:b"],"entities":{}})", "entities"},
        Case{R"({"views":["a:b"],"views":["a:c"]})", "views"}}) {
    auto request = ParseJoinFeatures(each.json);
    ASSERT_THAT(request, IsError(ErrorCode::kInvalidArgument)) << each.json;
    EXPECT_THAT(request.error().message(), ::testing::HasSubstr(each.says));
  }
  EXPECT_THAT(ParseLatestFeatures(R"({"views":["a:b"]})"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseLatestFeatures("{}"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ParseLatestFeatures("{"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::rest
