#include "base/deadline_mutex.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace firn {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(DeadlineMutexTest, OneThreadAtATimeHoldsIt) {
  DeadlineMutex mutex;
  int counted = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        std::unique_lock lock(mutex, kNoDeadline);
        ++counted;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(counted, 4000);
}

TEST(DeadlineMutexTest, TheDeadlineEndsTheWait) {
  DeadlineMutex mutex;
  std::unique_lock held(mutex);
  std::jthread other([&] {
    EXPECT_FALSE(mutex.try_lock());
    std::unique_lock late(mutex, steady_clock::now() + milliseconds(1));
    EXPECT_FALSE(late.owns_lock());
  });
}

TEST(DeadlineMutexTest, AWaiterGetsItWhenItIsFree) {
  DeadlineMutex mutex;
  std::unique_lock held(mutex);
  std::jthread other([&] {
    std::unique_lock waited(mutex, steady_clock::now() + std::chrono::hours(1));
    EXPECT_TRUE(waited.owns_lock());
  });
  held.unlock();
}

TEST(DeadlineMutexTest, WhoWaitsGivesTheTurnAway) {
  struct Turn : ComputeTurn {
    void GiveUp() override { ++given; }
    void TakeBack() override { ++taken; }
    int given = 0;
    int taken = 0;
  };
  DeadlineMutex mutex;
  Turn turn;
  ComputeTurn::Current() = &turn;
  std::unique_lock free(mutex, kNoDeadline);
  EXPECT_EQ(turn.given, 0);
  std::unique_lock late(mutex, steady_clock::now());
  ComputeTurn::Current() = nullptr;
  EXPECT_FALSE(late.owns_lock());
  EXPECT_EQ(turn.given, 1);
  EXPECT_EQ(turn.taken, 1);
}

}  // namespace
}  // namespace firn
