#include "base/compute_turns.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(ComputeTurnsTest, AsManyComputeAsThereAreTurns) {
  constexpr int kTurns = 2;
  ComputeTurns turns(kTurns);
  std::atomic<int> computing = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> threads;
  threads.reserve(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        ComputeTurns::Hold turn(turns);
        int now = ++computing;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        --computing;
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, kTurns);
  EXPECT_GE(most, 1);
}

TEST(ComputeTurnsTest, WhoWaitsGivesItsTurnUp) {
  ComputeTurns turns(1);
  std::latch other_computes(1);
  std::latch holds(1);
  std::jthread other([&] {
    holds.wait();
    ComputeTurns::Hold turn(turns);
    other_computes.count_down();
  });
  ComputeTurns::Hold turn(turns);
  holds.count_down();
  WaitingScope waiting;
  other_computes.wait();  // for ever, were the turn not given up
}

TEST(ComputeTurnsTest, WhoWaitedTooLongGoesOnWithoutATurn) {
  ComputeTurns turns(1);
  std::atomic<bool> late_is_done = false;
  {
    ComputeTurns::Hold turn(turns);
    std::jthread late([&] {
      ComputeTurns::Hold none(turns, std::chrono::steady_clock::now());
      late_is_done = true;
    });
  }
  EXPECT_TRUE(late_is_done);
  // Nothing is left over from it: of two threads one computes at a time.
  std::atomic<int> computing = 0;
  auto compute = [&] {
    for (int round = 0; round < 100; ++round) {
      ComputeTurns::Hold turn(turns);
      EXPECT_EQ(++computing, 1);
      std::this_thread::yield();
      --computing;
    }
  };
  std::jthread first(compute);
  std::jthread second(compute);
}

TEST(ComputeTurnsTest, AThreadNeedsOneTurnForAll) {
  ComputeTurns turns(1);
  ComputeTurns others(1);
  ComputeTurns::Hold turn(turns);
  {
    ComputeTurns::Hold again(turns);  // would wait for itself
    ComputeTurns::Hold elsewhere(others);
    std::jthread third([&] { ComputeTurns::Hold of_others(others); });
  }
  EXPECT_EQ(ComputeTurn::Current(), &turn);
}

}  // namespace
}  // namespace firn
