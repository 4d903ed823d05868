// The registry in tests/golden/feast_registry was written by Feast.
#include "server/flight/feast_views.h"

#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include "base/testing/matchers.h"
#include "iceberg/schema/civil_time.h"

namespace firn::flight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;

class FeastViewsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(std::string(FIRN_SOURCE_DIR) + "/tests/golden/feast_registry/registry.db",
                       std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto read = features::ReadFeastRegistry(bytes);
    ASSERT_THAT(read, IsOk());
    registry_ = *std::move(read);
  }
  Result<FeastViews> Views(std::vector<std::string> names,
                           std::vector<std::string> aliases,
                           std::vector<std::string> refs) {
    command_.feature_view_names = std::move(names);
    command_.name_aliases = std::move(aliases);
    command_.feature_refs = std::move(refs);
    return ViewsOf(registry_, command_, "default");
  }

  features::FeastRegistry registry_;
  FeastCommand command_{.project = "rides"};
};

TEST_F(FeastViewsTest, NamesMeetTheTablesColumns) {
  auto views = Views({"driver_stats"}, {""},
                     {"driver_stats:rate", "driver_stats:trips", "driver_stats:rate"});
  ASSERT_THAT(views, IsOk());
  ASSERT_EQ(views->join.views.size(), 1U);
  const features::ViewText& text = views->join.views.front().text;
  EXPECT_EQ(text.name, "driver_stats");
  EXPECT_EQ(text.table.ToString(), "db.inner.driver_stats");
  ASSERT_EQ(text.features.size(), 2U);
  EXPECT_EQ(text.features[0].table_column, "conv_rate");
  EXPECT_EQ(text.features[0].output_name, "rate");
  ASSERT_EQ(text.keys.size(), 1U);
  EXPECT_EQ(text.keys[0].entity_column, "driver_id");
  EXPECT_EQ(text.timestamp_column, "ts");
  EXPECT_EQ(text.created_column, "created");
  EXPECT_EQ(text.ttl_us, 7 * iceberg::kMicrosPerDay + 5);
  EXPECT_THAT(views->outputs, ElementsAre("rate", "trips"));
  EXPECT_THAT(views->keys, ElementsAre("driver_id"));
}

TEST_F(FeastViewsTest, AliasesRenameKeysAndFeatures) {
  command_.full_feature_names = true;
  auto views = Views({"driver_stats", "driver_stats", "everywhere"}, {"origin", "destination", ""},
                     {"destination:rate", "everywhere:rate", "origin:rate"});
  ASSERT_THAT(views, IsOk());
  EXPECT_THAT(views->outputs, ElementsAre("destination__rate", "everywhere__rate", "origin__rate"));
  EXPECT_THAT(views->keys, ElementsAre("to_id", "origin_id"));
  const features::ViewText& everywhere = views->join.views.at(1).text;
  EXPECT_THAT(everywhere.keys, IsEmpty());
  EXPECT_EQ(everywhere.no_keys, features::NoKeys::kByTimeAlone);
  EXPECT_EQ(everywhere.created_column, everywhere.timestamp_column);
}

TEST_F(FeastViewsTest, WhatIsNotThereIsNamed) {
  auto views = Views({"lost"}, {""}, {"lost:rate"});
  EXPECT_THAT(views, IsError(ErrorCode::kNotFound));
  views = Views({"driver_stats"}, {""}, {"on_demand:rate"});
  ASSERT_THAT(views, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(views.error().message(), HasSubstr("on_demand:rate"));
  EXPECT_THAT(Views({"driver_stats"}, {""}, {"rate"}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Views({"driver_stats"}, {""}, {}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Views({"of_files"}, {""}, {"of_files:rate"}), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(FeastViewsTest, ARangeIsTheGreatestAge) {
  const TimestampUs now(100 * iceberg::kMicrosPerDay);
  auto views = Views({"driver_stats"}, {""}, {"driver_stats:rate"});
  ASSERT_THAT(views, IsOk());
  DateRange range = DateRangeOf(*views, command_, now);
  EXPECT_EQ(range.end, now);
  EXPECT_EQ(range.start, TimestampUs(93 * iceberg::kMicrosPerDay - 5));
  views = Views({"everywhere"}, {""}, {"everywhere:rate"});
  ASSERT_THAT(views, IsOk());
  command_.end = TimestampUs(50 * iceberg::kMicrosPerDay);
  EXPECT_EQ(DateRangeOf(*views, command_, now).start, TimestampUs(20 * iceberg::kMicrosPerDay));
  command_.end = TimestampUs(std::numeric_limits<int64_t>::min() + 1);
  EXPECT_EQ(DateRangeOf(*views, command_, now).start,
            TimestampUs(std::numeric_limits<int64_t>::min()));
  command_.start = TimestampUs(7);
  EXPECT_EQ(DateRangeOf(*views, command_, now).start, TimestampUs(7));
}

}  // namespace
}  // namespace firn::flight
