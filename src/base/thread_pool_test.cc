#include "base/thread_pool.h"

#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/recorded_turn.h"

namespace firn {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(ThreadPoolTest, LoopRunsEachIndexOnce) {
  ThreadPool pool(3);
  std::vector<std::atomic<int>> runs(1000);
  EXPECT_THAT(ParallelFor(pool, runs.size(), 4,
                          [&](size_t i) -> Status {
                            ++runs[i];
                            return {};
                          }),
              IsOk());
  for (auto& count : runs) {
    EXPECT_EQ(count.load(), 1);
  }
}

TEST(ThreadPoolTest, WhoWaitsForTheOthersOfALoopDoesNotCompute) {
  ThreadPool pool(1);
  testing::RecordedTurn turn;
  std::atomic<bool> other_began = false;
  const auto caller = std::this_thread::get_id();
  EXPECT_THAT(ParallelFor(pool, 2, 2,
                          [&](size_t) -> Status {
                            if (std::this_thread::get_id() == caller) {
                              other_began.wait(false);
                              return {};
                            }
                            other_began = true;
                            other_began.notify_one();
                            while (turn.computing()) {  // until the caller waits for this
                              std::this_thread::yield();
                            }
                            return {};
                          }),
              IsOk());
  EXPECT_TRUE(turn.computing());
}

TEST(ThreadPoolTest, WhoHasNoHelpersComputesOn) {
  ThreadPool pool(1);
  testing::RecordedTurn turn;
  EXPECT_THAT(ParallelFor(pool, 3, 1, [](size_t) -> Status { return {}; }), IsOk());
  EXPECT_EQ(turn.times_given_up(), 0);
}

TEST(ThreadPoolTest, LoopsMayBeNestedInABusyPool) {
  ThreadPool pool(2);
  std::atomic<int> sum = 0;
  auto inner = [&](size_t) -> Status {
    return ParallelFor(pool, 10, 8, [&](size_t) -> Status {
      ++sum;
      return {};
    });
  };
  EXPECT_THAT(ParallelFor(pool, 20, 8, inner), IsOk());
  EXPECT_EQ(sum.load(), 200);
}

TEST(ThreadPoolTest, APoolWithoutThreadsRunsOnTheCaller) {
  ThreadPool pool(0);
  std::set<std::thread::id> threads;
  EXPECT_THAT(ParallelFor(pool, 5, 4,
                          [&](size_t) -> Status {
                            threads.insert(std::this_thread::get_id());
                            return {};
                          }),
              IsOk());
  EXPECT_EQ(threads, std::set{std::this_thread::get_id()});
}

TEST(ThreadPoolTest, AFailureEndsTheLoop) {
  ThreadPool pool(0);
  size_t last = 0;
  auto body = [&](size_t i) -> Status {
    last = i;
    if (i == 3) {
      return Error(ErrorCode::kIoError, "three");
    }
    return {};
  };
  EXPECT_THAT(ParallelFor(pool, 100, 1, body), IsError(ErrorCode::kIoError));
  EXPECT_EQ(last, 3U);
}

TEST(ThreadPoolTest, TheLowestFailureIsTold) {
  ThreadPool pool(3);
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> begun = 0;
    auto body = [&](size_t i) -> Status {
      // All four begin before any ends.
      for (++begun; begun.load() < 4;) {
        std::this_thread::yield();
      }
      return Error(i == 0 ? ErrorCode::kNotFound : ErrorCode::kIoError, "failed");
    };
    EXPECT_THAT(ParallelFor(pool, 4, 4, body), IsError(ErrorCode::kNotFound));
  }
}

TEST(ThreadPoolTest, WhatWasSubmittedRunsBeforeTheEnd) {
  std::atomic<int> runs = 0;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) {
      pool.Submit([&] { ++runs; });
    }
  }
  EXPECT_EQ(runs.load(), 100);
}

}  // namespace
}  // namespace firn
