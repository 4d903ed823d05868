#include "table/plan/ordered_loop.h"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

TEST(OrderedLoopTest, ResultsComeInOrder) {
  ThreadPool pool(3);
  std::vector<size_t> seen;
  EXPECT_THAT(OrderedLoop<size_t>(
                  pool, 500, 4, [](size_t i) -> Result<size_t> { return i; },
                  [&](size_t i) -> Status {
                    seen.push_back(i);
                    return {};
                  }),
              IsOk());
  ASSERT_EQ(seen.size(), 500U);
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], i);
  }
}

TEST(OrderedLoopTest, FewAreMadeAhead) {
  ThreadPool pool(3);
  std::atomic<size_t> made = 0;
  size_t taken = 0;
  EXPECT_THAT(OrderedLoop<size_t>(
                  pool, 300, 4,
                  [&](size_t i) -> Result<size_t> {
                    ++made;
                    return i;
                  },
                  [&](size_t) -> Status {
                    EXPECT_LE(made.load(), ++taken + 2 * 4);
                    return {};
                  }),
              IsOk());
}

TEST(OrderedLoopTest, FailuresEndIt) {
  ThreadPool pool(3);
  for (int round = 0; round < 50; ++round) {
    auto produce = [](size_t i) -> Result<size_t> {
      return i == 20 ? Result<size_t>(Error(ErrorCode::kIoError, "twenty")) : i;
    };
    size_t taken = 0;
    EXPECT_THAT(OrderedLoop<size_t>(pool, 300, 4, produce,
                                    [&](size_t) -> Status {
                                      ++taken;
                                      return {};
                                    }),
                IsError(ErrorCode::kIoError));
    EXPECT_EQ(taken, 20U);
    auto refuse = [](size_t i) -> Status {
      return i == 5 ? Status(Error(ErrorCode::kForbidden, "five")) : Status();
    };
    EXPECT_THAT(OrderedLoop<size_t>(
                    pool, 300, 4, [](size_t i) -> Result<size_t> { return i; }, refuse),
                IsError(ErrorCode::kForbidden));
  }
}

}  // namespace
}  // namespace firn::table
