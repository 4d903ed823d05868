// The newest rows of random tables are those that the definition gives; windows, ties and deletes
// case by case.
#include "features/latest/latest_rows.h"

#include <map>
#include <string>

#include <arrow/scalar.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using ::testing::ElementsAre;
using testing::FeatureTable;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kFields = R"(
    {"id":1,"name":"driver","required":false,"type":"long"},
    {"id":2,"name":"ts","required":false,"type":"timestamptz"},
    {"id":3,"name":"created","required":false,"type":"timestamptz"},
    {"id":4,"name":"rate","required":false,"type":"double"})";

class LatestRowsTest : public ::testing::Test {
 protected:
  LatestRequest Request() {
    return {.view = {.name = "stats",
                     .table = table_.table,
                     .keys = {{"driver", "driver"}},
                     .timestamp_column = "ts",
                     .created_column = "created",
                     .features = {{"rate", "speed"}}}};
  }

  /// Rates by driver.
  std::map<std::string, std::string> Rates(const LatestRequest& request) {
    auto rows = LatestRows({.scan = table_.context}, request);
    EXPECT_TRUE(rows.has_value());
    EXPECT_TRUE((*rows)->ValidateFull().ok());
    std::map<std::string, std::string> rates;
    for (int64_t row = 0; row < (*rows)->num_rows(); ++row) {
      auto text = [&](const char* name) {
        return (*rows)->GetColumnByName(name)->GetScalar(row).ValueOrDie()->ToString();
      };
      EXPECT_TRUE(rates.emplace(text("driver"), text("speed")).second) << "a key twice";
    }
    return rates;
  }

  FeatureTable table_{{.fields = kFields, .partition_fields = ""}};
};

TEST_F(LatestRowsTest, OneRowAKeyTheNewest) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":20,"rate":2},
                    {"driver":2,"ts":15,"rate":9}, {"driver":null,"ts":15,"rate":8},
                    {"driver":3,"ts":null,"rate":7}])");
  table_.Append(R"([{"driver":1,"ts":12,"rate":3}, {"driver":4,"ts":1,"rate":null}])");
  EXPECT_THAT(Rates(Request()), ElementsAre(Pair("1", "2"), Pair("2", "9"), Pair("4", "null")));
}

TEST_F(LatestRowsTest, BothEndsOfTheWindowAreIncluded) {
  table_.Append(R"([{"driver":1,"ts":10,"rate":1}, {"driver":1,"ts":20,"rate":2},
                    {"driver":1,"ts":30,"rate":3}])");
  LatestRequest request = Request();
  request.start_us = 10;
  request.end_us = 20;
  EXPECT_THAT(Rates(request), ElementsAre(Pair("1", "2")));
  request.end_us = 19;
  EXPECT_THAT(Rates(request), ElementsAre(Pair("1", "1")));
  request.start_us = 11;
  EXPECT_THAT(Rates(request), IsEmpty());
}

TEST_F(LatestRowsTest, TiesAndDeletesAreThoseOfAJoin) {
  table_.Append(R"([{"driver":1,"ts":10,"created":7,"rate":1},
                    {"driver":1,"ts":10,"created":9,"rate":2},
                    {"driver":2,"ts":10,"rate":3}, {"driver":2,"ts":10,"rate":4},
                    {"driver":3,"ts":10,"rate":5}])");
  EXPECT_THAT(Rates(Request()), ElementsAre(Pair("1", "2"), Pair("2", "4"), Pair("3", "5")));
  table_.Delete("rate = 2 or rate = 5", table::RowDeletionMode::kMergeOnRead);
  EXPECT_THAT(Rates(Request()), ElementsAre(Pair("1", "1"), Pair("2", "4")));
}

TEST_F(LatestRowsTest, TheAnswerHasKeysFeaturesAndTimes) {
  ASSERT_OK_AND_ASSIGN(auto rows, LatestRows({.scan = table_.context}, Request()));
  EXPECT_EQ(rows->num_rows(), 0);
  EXPECT_THAT(rows->ColumnNames(), ElementsAre("driver", "speed", "ts", "created"));
  LatestRequest request = Request();
  request.view.features = {{"nothing", "nothing"}};
  EXPECT_THAT(LatestRows({.scan = table_.context}, request), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(LatestRowsTest, EveryFeatureHasANameOfItsOwn) {
  for (const char* taken : {"driver", "ts", "created", "speed"}) {
    LatestRequest request = Request();
    request.view.features.push_back({"rate", taken});
    EXPECT_THAT(LatestRows({.scan = table_.context}, request),
                IsError(ErrorCode::kInvalidArgument));
  }
}

TEST_F(LatestRowsTest, ManyKeysFromManyFiles) {
  std::map<std::string, std::string> expected;
  for (int64_t file = 0; file < 6; ++file) {
    std::string rows;
    for (int64_t i = 0; i < 500; ++i) {
      const int64_t driver = i * 7919 % 700;
      const int64_t rate = file * 1000 + i;
      rows += fmt::format(R"({}{{"driver":{},"ts":{},"rate":{}}})", i == 0 ? "" : ",", driver,
                          file * 1000 + i, rate);
      expected[std::to_string(driver)] = std::to_string(rate);
    }
    table_.Append("[" + rows + "]");
  }
  table_.context.readers = 4;
  EXPECT_EQ(Rates(Request()), expected);
  LatestRequest small = Request();
  small.memory_bytes = int64_t{16} << 10;
  EXPECT_THAT(LatestRows({.scan = table_.context}, small), IsError(ErrorCode::kPayloadTooLarge));
}

}  // namespace
}  // namespace firn::features
