#include "server/planning/prepared_plans.h"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "table/plan/testing/planned_table.h"

namespace firn::planning {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

MonotonicTime Now() { return std::chrono::steady_clock::now(); }

/// Makes an empty plan, and counts how often.
class Maker {
 public:
  PreparedPlans::Make operator()() {
    return [this](const std::stop_token&) -> Result<PreparedPlan> {
      ++made;
      return PreparedPlan();
    };
  }
  std::atomic<int> made = 0;
};

TEST(PreparedPlansTest, WorkGoesOnWithoutItsCaller) {
  std::latch go(1);
  PreparedPlans plans({.max_preparing = 2}, {});
  auto slow = [&](const std::stop_token&) -> Result<PreparedPlan> {
    go.wait();
    return PreparedPlan();
  };
  ASSERT_OK_AND_ASSIGN(auto first, plans.Get("a", slow, Now()));
  EXPECT_EQ(first, std::nullopt);
  ASSERT_OK_AND_ASSIGN(auto second, plans.Get("b", slow, Now()));
  EXPECT_EQ(second, std::nullopt);
  EXPECT_EQ(plans.preparing(), 2U);
  EXPECT_THAT(plans.Get("c", slow, Now()), IsError(ErrorCode::kUnavailable));
  go.count_down();
  ASSERT_OK_AND_ASSIGN(first, plans.Get("a", slow, kNoDeadline));
  EXPECT_TRUE(first.has_value());
}

TEST(PreparedPlansTest, CallsOfOnePlanShareIt) {
  PreparedPlans plans({}, {});
  Maker maker;
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { EXPECT_THAT(plans.Get("a", maker(), kNoDeadline), IsOk()); });
    }
  }
  EXPECT_EQ(maker.made, 1);
}

TEST(PreparedPlansTest, AFailureIsToldOnce) {
  PreparedPlans plans({}, {});
  Maker maker;
  auto bad = [](const std::stop_token&) -> Result<PreparedPlan> {
    return Error(ErrorCode::kIoError, "disk");
  };
  EXPECT_THAT(plans.Get("a", bad, kNoDeadline), IsError(ErrorCode::kIoError));
  EXPECT_THAT(plans.Get("a", maker(), kNoDeadline), IsOk());
}

TEST(PreparedPlansTest, TheLeastRecentlyUsedGoes) {
  PreparedPlans plans({.max_plans = 2}, {});
  Maker maker;
  for (const char* id : {"a", "b", "a", "c", "a"}) {
    EXPECT_THAT(plans.Get(id, maker(), kNoDeadline), IsOk());
  }
  EXPECT_EQ(maker.made, 3);
  EXPECT_THAT(plans.Get("b", maker(), kNoDeadline), IsOk());
  EXPECT_EQ(maker.made, 4);
}

TEST(PreparedPlansTest, BytesAreBounded) {
  table::testing::PlannedTable table;
  table.Commit({table::testing::DataFileOf("f", 1, 0, 9)});
  auto make = [&](const std::stop_token&) -> Result<PreparedPlan> {
    ASSIGN_OR_RETURN(table::ScanPlan plan, table.Plan({}));
    return std::make_shared<const table::ScanPlan>(std::move(plan));
  };
  size_t of_one = 0;
  {
    PreparedPlans plans({}, {});
    ASSERT_THAT(plans.Get("a", make, kNoDeadline), IsOk());
    of_one = plans.bytes();
    plans.Forget("a");
    EXPECT_EQ(plans.bytes(), 0U);
  }
  ASSERT_GT(of_one, 0U);
  PreparedPlans plans({.max_bytes = 3 * of_one}, {});
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(plans.Get(std::to_string(i), make, kNoDeadline), IsOk());
    EXPECT_LE(plans.bytes(), 4 * of_one);  // the newest is never let go
  }
}

TEST(PreparedPlansTest, WhatNobodyAsksForIsNotKept) {
  PreparedPlans plans({.max_idle = std::chrono::milliseconds(0)}, {});
  Maker maker;
  EXPECT_THAT(plans.Get("a", maker(), kNoDeadline), IsOk());
  EXPECT_THAT(plans.Get("b", maker(), kNoDeadline), IsOk());
  EXPECT_THAT(plans.Get("a", maker(), kNoDeadline), IsOk());
  EXPECT_EQ(maker.made, 3);
}

TEST(PreparedPlansTest, AStoppedPlanEnds) {
  PreparedPlans plans({}, {});
  std::atomic<bool> stopped = false;
  std::latch began(1);
  std::latch ended(1);
  auto endless = [&](const std::stop_token& stop) -> Result<PreparedPlan> {
    began.count_down();
    while (!stop.stop_requested()) {
      std::this_thread::yield();
    }
    stopped = true;
    ended.count_down();
    return Error(ErrorCode::kUnavailable, "stopped");
  };
  ASSERT_OK_AND_ASSIGN(auto none, plans.Get("a", endless, Now()));
  EXPECT_EQ(none, std::nullopt);
  began.wait();
  plans.Stop("a");
  ended.wait();
  EXPECT_TRUE(stopped);
}

TEST(PreparedPlansTest, ShutdownStopsWhatIsBeingBegun) {
  std::atomic<bool> stopped = false;
  {
    PreparedPlans plans({}, {});
    std::latch began(1);
    auto endless = [&](const std::stop_token& stop) -> Result<PreparedPlan> {
      began.count_down();
      while (!stop.stop_requested()) {
        std::this_thread::yield();
      }
      stopped = true;
      return Error(ErrorCode::kUnavailable, "stopped");
    };
    ASSERT_OK_AND_ASSIGN(auto none, plans.Get("a", endless, Now()));
    EXPECT_EQ(none, std::nullopt);
    began.wait();
  }
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace firn::planning
