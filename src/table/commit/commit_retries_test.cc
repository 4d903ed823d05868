#include "table/commit/commit_retries.h"

#include <chrono>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "base/thread_pool.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using std::chrono::milliseconds;

class CommitRetriesTest : public ::testing::Test {
 protected:
  CommitRetriesTest() {
    tools_.sleep = [this](milliseconds pause) { pauses_.push_back(pause); };
  }

  SystemClock clock_;
  ThreadPool pool_{0};
  CommitTools tools_ = SystemCommitTools(clock_, pool_);
  std::vector<milliseconds> pauses_;
};

TEST_F(CommitRetriesTest, PausesDoubleUpToTheMost) {
  CommitPauses pauses({.retries = 4, .min_wait = milliseconds(10), .max_wait = milliseconds(40)},
                      tools_);
  while (pauses.Wait()) {
  }
  ASSERT_EQ(pauses_.size(), 4U);
  const std::vector<int64_t> spans{10, 20, 40, 40};
  for (size_t i = 0; i < spans.size(); ++i) {
    EXPECT_GE(pauses_[i].count(), spans[i] / 2);
    EXPECT_LE(pauses_[i].count(), spans[i]);
  }
}

TEST_F(CommitRetriesTest, NegativeWaitsAreNone) {
  ASSERT_OK_AND_ASSIGN(
      CommitRetries retries,
      ReadCommitRetries({{"commit.retry.min-wait-ms", "-1"}, {"commit.retry.max-wait-ms", "-1"}},
                        "commit.retry", {}));
  CommitPauses pauses(retries, tools_);
  EXPECT_TRUE(pauses.Wait());
  EXPECT_THAT(pauses_, ::testing::ElementsAre(milliseconds(0)));
}

TEST_F(CommitRetriesTest, WhatIsNoNumberIsRefused) {
  EXPECT_THAT(ReadCommitRetries({{"commit.retry.num-retries", "often"}}, "commit.retry", {}),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
