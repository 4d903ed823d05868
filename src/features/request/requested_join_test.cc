#include "features/request/requested_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using testing::FeatureTable;

/// Counts loads.
class CountingStore final : public table::TableStore {
 public:
  explicit CountingStore(table::TableStore& store) : store_(store) {}

  Result<table::Table> Load(const TableIdentifier& identifier) override {
    ++loads;
    return store_.Load(identifier);
  }
  Result<table::Table> Commit(const table::Table& base, const table::TableChange& change) override {
    return store_.Commit(base, change);
  }

  int loads = 0;

 private:
  table::TableStore& store_;
};

class RequestedJoinTest : public ::testing::Test {
 protected:
  RequestedView View(const std::string& features) const {
    return {ParseViewText(ToDotted(stats_.table.identifier) + ":" + features).value(),
            std::nullopt};
  }

  FeatureTable stats_{{.fields = R"({"id":1,"name":"driver","type":"long","required":true},
      {"id":2,"name":"ts","type":"timestamptz","required":true},
      {"id":3,"name":"rate","type":"double","required":false},
      {"id":4,"name":"trips","type":"int","required":false})"}};
  CountingStore store_{stats_.catalog};
  std::shared_ptr<arrow::Schema> frame_ =
      arrow::schema({arrow::field("driver", arrow::int64()),
                     arrow::field("at", arrow::timestamp(arrow::TimeUnit::MICRO))});
};

TEST_F(RequestedJoinTest, ATableOfSeveralViewsIsLoadedOnce) {
  ASSERT_OK_AND_ASSIGN(
      JoinRequest request,
      MakeJoinRequest(store_,
                      {.views = {View("rate"), View("trips as n")}, .names = FeatureNames::kFull},
                      frame_.get()));
  EXPECT_EQ(store_.loads, 1);
  EXPECT_EQ(request.event_timestamp, "at");
  ASSERT_EQ(request.views.size(), 2U);
  EXPECT_EQ(request.views[0].table.metadata, request.views[1].table.metadata);
  EXPECT_EQ(request.views[1].features[0].output_name, request.views[1].name + "__n");
  EXPECT_EQ(request.views[0].keys[0].table_column, "driver");
}

TEST_F(RequestedJoinTest, ATableThatTheCallerHasIsNotLoaded) {
  RequestedView view = View("rate");
  view.table = stats_.table;
  ASSERT_OK_AND_ASSIGN(
      JoinRequest request,
      MakeJoinRequest(store_, {.event_timestamp = "at", .views = {view}}, frame_.get()));
  EXPECT_EQ(store_.loads, 0);
  EXPECT_EQ(request.views[0].table.metadata, stats_.table.metadata);
}

TEST_F(RequestedJoinTest, NoKeysMayMeanThatTimeAloneJoins) {
  RequestedView view = View("rate");
  view.text.no_keys = NoKeys::kByTimeAlone;
  ASSERT_OK_AND_ASSIGN(JoinRequest request,
                       MakeJoinRequest(store_, {.views = {view}}, frame_.get()));
  EXPECT_TRUE(request.views[0].keys.empty());
}

TEST_F(RequestedJoinTest, WithoutAFrameKeysAreTheTablesIdentifiers) {
  RequestedView view = View("rate");
  EXPECT_THAT(MakeJoinRequest(store_, {.views = {view}}, nullptr),
              IsError(ErrorCode::kInvalidArgument))
      << "it has none";
  view.text.keys = {{"driver", "driver"}};
  ASSERT_OK_AND_ASSIGN(JoinRequest request, MakeJoinRequest(store_, {.views = {view}}, nullptr));
  EXPECT_EQ(request.event_timestamp, "event_timestamp");
}

TEST_F(RequestedJoinTest, WhatIsNotThereIsAnError) {
  RequestedView lost = View("rate");
  lost.text.table.name = "lost";
  EXPECT_THAT(MakeJoinRequest(store_, {.views = {lost}}, frame_.get()),
              IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(MakeJoinRequest(store_, {.views = {View("rate")}},
                              arrow::schema({arrow::field("driver", arrow::int64())}).get()),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::features
