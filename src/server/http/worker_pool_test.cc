#include "server/http/worker_pool.h"

#include <algorithm>
#include <deque>
#include <latch>
#include <semaphore>

#include <gtest/gtest.h>

#include "base/waiting_scope.h"

namespace firn::http {
namespace {

using Task = std::move_only_function<void()>;

constexpr uint64_t kNoObject = 0;

bool Read(WorkerPool& pool, Task task) { return pool.TrySubmitRead(task); }
bool Change(WorkerPool& pool, uint64_t object, Task task) {
  return pool.TrySubmitChange(object, task);
}

/// Long enough that a pool that never hands back a turn is seen to hang.
constexpr std::chrono::hours kNever{1};

TEST(WorkerPool, RunsWhatWasQueuedBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool({.threads = 4, .max_queued = 10'000, .max_computing_changes = 2});
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(i % 2 == 0 ? Read(pool, [&] { ++done; }) : Change(pool, i % 5, [&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 1000);
}

TEST(WorkerPool, RefusesWhatIsTooMuchAndLeavesItWhole) {
  std::binary_semaphore go(0);
  std::latch begun(1);
  WorkerPool pool({.threads = 1, .max_queued = 2});
  ASSERT_TRUE(Read(pool, [&] {
    begun.count_down();
    go.acquire();
  }));
  begun.wait();
  ASSERT_TRUE(Read(pool, [] {}));
  ASSERT_TRUE(Change(pool, kNoObject, [] {}));
  EXPECT_EQ(pool.queued(), 2U);
  Task refused = [] {};
  EXPECT_FALSE(pool.TrySubmitRead(refused));
  EXPECT_TRUE(refused);
  EXPECT_EQ(pool.queued(), 2U);
  go.release();
}

TEST(WorkerPool, AClosedPoolTakesNothing) {
  WorkerPool pool({.threads = 2});
  pool.Shutdown();
  Task refused = [] {};
  EXPECT_FALSE(pool.TrySubmitRead(refused));
  EXPECT_TRUE(refused);
}

TEST(WorkerPool, ReadsPassChangesThatHoldTheirThreads) {
  std::counting_semaphore<8> go(0);
  std::latch read(1);
  WorkerPool pool({.threads = 4, .max_computing_changes = 8});
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(Change(pool, kNoObject, [&] { go.acquire(); }));
  }
  ASSERT_TRUE(Read(pool, [&] { read.count_down(); }));
  read.wait();
  go.release(8);
}

TEST(WorkerPool, EveryThreadIsWokenWhereThereIsWork) {
  constexpr int kThreads = 4;
  // Before the pool: a latch must live until every thread has left it.
  std::deque<std::latch> rounds;
  WorkerPool pool({.threads = kThreads, .max_computing_changes = kThreads});
  for (int round = 0; round < 100; ++round) {
    // Reads that end only once all of them run, after a time in which every worker slept.
    std::latch& together = rounds.emplace_back(kThreads + 1);
    for (int i = 0; i < kThreads; ++i) {
      ASSERT_TRUE(Read(pool, [&] { together.arrive_and_wait(); }));
    }
    together.arrive_and_wait();
  }
}

TEST(WorkerPool, ACrowdOfOneObjectDoesNotStandBeforeTheOthers) {
  std::counting_semaphore<64> go(0);
  std::latch other(1);
  std::atomic<int> done = 0;
  {
    WorkerPool pool({.threads = 4, .max_queued = 1000, .max_computing_changes = 8});
    for (int i = 0; i < 64; ++i) {
      ASSERT_TRUE(Change(pool, 7, [&] {
        go.acquire();
        ++done;
      }));
    }
    ASSERT_TRUE(Change(pool, 8, [&] { other.count_down(); }));
    other.wait();
    go.release(64);
  }
  EXPECT_EQ(done, 64);
}

TEST(WorkerPool, ChangesOfOneObjectAreBegunInOrder) {
  std::vector<int> order;
  {
    WorkerPool pool(
        {.threads = 8, .max_queued = 1000, .max_computing_changes = 8, .max_changes_an_object = 1});
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(Change(pool, 7, [&order, i] { order.push_back(i); }));
    }
  }
  ASSERT_EQ(order.size(), 200U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(WorkerPool, OnlySoManyChangesComputeAtATime) {
  std::atomic<int> computing = 0;
  std::atomic<int> most = 0;
  {
    WorkerPool pool(
        {.threads = 8, .max_queued = 1000, .max_computing_changes = 2, .max_turn_wait = kNever});
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(Change(pool, kNoObject, [&] {
        for (int step = 0; step < 3; ++step) {
          int now = ++computing;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          // Others come; a yield would give the core away for long, as workers are nice.
          std::this_thread::sleep_for(std::chrono::microseconds(20));
          --computing;
          WaitingScope waiting;
          WaitingScope nested;
        }
      }));
    }
  }
  EXPECT_LE(most, 2);
}

TEST(WorkerPool, AChangeThatWaitsLetsTheNextBegin) {
  std::latch second(1);
  WorkerPool pool({.threads = 4, .max_computing_changes = 1, .max_turn_wait = kNever});
  ASSERT_TRUE(Change(pool, kNoObject, [&] {
    WaitingScope waiting;
    second.wait();
  }));
  ASSERT_TRUE(Change(pool, kNoObject, [&] { second.count_down(); }));
  second.wait();
}

TEST(WorkerPool, AChangeThatGetsNoTurnGoesOnAllTheSame) {
  std::latch first_waits(1);
  std::latch first_went_on(1);
  WorkerPool pool(
      {.threads = 4, .max_computing_changes = 1, .max_turn_wait = std::chrono::milliseconds(1)});
  ASSERT_TRUE(Change(pool, kNoObject, [&] {
    {
      WaitingScope waiting;
      first_waits.wait();
    }
    first_went_on.count_down();
  }));
  // Computes, as the pool sees it, until the other one has gone on without a turn.
  ASSERT_TRUE(Change(pool, kNoObject, [&] {
    first_waits.count_down();
    first_went_on.wait();
  }));
  first_went_on.wait();
}

TEST(WaitingScope, DoesNothingOutsideAPool) {
  EXPECT_EQ(ComputeTurn::Current(), nullptr);
  WaitingScope waiting;
  EXPECT_EQ(ComputeTurn::Current(), nullptr);
}

TEST(TaskInbox, GivesInOrderWhatManyThreadsPut) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  TaskInbox inbox;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&inbox, thread] {
      for (int i = 0; i < kEach; ++i) {
        Task task = [] {};
        ASSERT_TRUE(inbox.Put(static_cast<uint64_t>(thread * kEach + i), task));
      }
    });
  }
  std::vector<int> next(kThreads, 0);
  int taken = 0;
  while (taken < kThreads * kEach) {
    inbox.TakeAll([&](uint64_t tag, Task) {
      auto thread = tag / kEach;
      EXPECT_EQ(static_cast<int>(tag % kEach), next[thread]++);
      ++taken;
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(inbox.CloseIfEmpty());
  Task late = [] {};
  EXPECT_FALSE(inbox.Put(0, late));
  EXPECT_TRUE(late);
}

}  // namespace
}  // namespace firn::http
