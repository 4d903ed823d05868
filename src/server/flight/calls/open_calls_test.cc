#include "server/flight/calls/open_calls.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"

namespace firn::flight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;

constexpr MonotonicTime kStart{std::chrono::hours(1)};

TEST(OpenCallsTest, ThereAreSoMany) {
  OpenCalls calls(2);
  auto first = calls.Enter("a", kNoDeadline);
  auto second = calls.Enter("a", kNoDeadline);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(calls.Enter("b", kNoDeadline), IsError(ErrorCode::kResourceExhausted));
  first->reset();
  EXPECT_THAT(calls.Enter("b", kNoDeadline), IsOk());
}

TEST(OpenCallsTest, WhoIsOverdueIsToldOfOnce) {
  OpenCalls calls(8);
  auto early = calls.Enter("early", kStart);
  auto late = calls.Enter("late", kStart + std::chrono::seconds(1));
  auto never = calls.Enter("never", kNoDeadline);
  const MonotonicTime over = kStart + OpenCalls::kGrace;
  EXPECT_THAT(calls.TakeOverdue(over - std::chrono::seconds(1)), IsEmpty());
  EXPECT_THAT(calls.TakeOverdue(over), ElementsAre("early"));
  EXPECT_THAT(calls.TakeOverdue(over), IsEmpty());
  late->reset();
  EXPECT_THAT(calls.TakeOverdue(over + std::chrono::hours(1)), IsEmpty());
}

TEST(OpenCallsTest, CallsComeAndGoWhileOthersAreLookedFor) {
  constexpr size_t kThreads = 4;
  constexpr int kCalls = 500;
  OpenCalls calls(kThreads);
  std::atomic<size_t> running = kThreads;
  std::vector<std::jthread> clients;
  for (size_t i = 0; i < kThreads; ++i) {
    clients.emplace_back([&] {
      for (int call = 0; call < kCalls; ++call) {
        EXPECT_THAT(calls.Enter("peer", kStart), IsOk());
      }
      --running;
    });
  }
  size_t overdue = 0;
  while (running > 0) {
    overdue += calls.TakeOverdue(kStart + OpenCalls::kGrace).size();
    std::this_thread::yield();
  }
  EXPECT_LE(overdue, kThreads * kCalls);
  EXPECT_THAT(calls.TakeOverdue(kStart + OpenCalls::kGrace), IsEmpty());
}

}  // namespace
}  // namespace firn::flight
