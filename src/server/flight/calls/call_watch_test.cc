// When a call is over, whatever its thread does. The watch's own thread is waited for, not timed.
#include "server/flight/calls/call_watch.h"

#include <atomic>
#include <future>
#include <memory>

#include "base/testing/matchers.h"

namespace firn::flight {
namespace {

class FakeHeld final : public Held {
 public:
  void GiveBack(const Error& why) override { why_.set_value(why.code()); }
  /// Waits for it.
  ErrorCode why() { return why_.get_future().get(); }

 private:
  std::promise<ErrorCode> why_;
};

bool IsThere() { return false; }

TEST(CallWatchTest, AtTheDeadlineWhatIsHeldIsGivenBack) {
  CallWatch watch(IsThere, {}, std::chrono::steady_clock::now());
  auto held = std::make_shared<FakeHeld>();
  watch.Holds(held);
  EXPECT_EQ(held->why(), ErrorCode::kDeadlineExceeded);
  EXPECT_TRUE(watch.token().stop_requested());
  auto later = std::make_shared<FakeHeld>();
  watch.Holds(later);
  EXPECT_EQ(later->why(), ErrorCode::kDeadlineExceeded);
}

TEST(CallWatchTest, AServerThatStopsEndsTheCall) {
  std::stop_source server;
  CallWatch watch(IsThere, server.get_token(), kNoDeadline);
  auto held = std::make_shared<FakeHeld>();
  watch.Holds(held);
  server.request_stop();
  EXPECT_EQ(held->why(), ErrorCode::kUnavailable);
}

TEST(CallWatchTest, AClientThatGoesEndsTheCall) {
  std::atomic<bool> gone = false;
  CallWatch watch([&] { return gone.load(); }, {}, kNoDeadline);
  auto held = std::make_shared<FakeHeld>();
  watch.Holds(held);
  EXPECT_FALSE(watch.token().stop_requested());
  gone = true;
  EXPECT_EQ(held->why(), ErrorCode::kUnavailable);
}

TEST(CallWatchTest, WhatACallHeldBeforeIsItsOwn) {
  std::stop_source server;
  auto before = std::make_shared<FakeHeld>();
  auto held = std::make_shared<FakeHeld>();
  CallWatch watch(IsThere, server.get_token(), kNoDeadline);
  watch.Holds(before);
  watch.Holds(held);
  EXPECT_EQ(before.use_count(), 1);
  server.request_stop();
  EXPECT_EQ(held->why(), ErrorCode::kUnavailable);
}

TEST(CallWatchTest, WhatIsHeldAsTheCallEndsIsGivenBackOnce) {
  for (int round = 0; round < 200; ++round) {
    std::stop_source server;
    auto held = std::make_shared<FakeHeld>();
    {
      CallWatch watch(IsThere, server.get_token(), std::chrono::steady_clock::now());
      watch.Holds(held);  // beside the watch's own thread; a second time would throw
      EXPECT_EQ(held->why(), ErrorCode::kDeadlineExceeded);
    }
    EXPECT_EQ(held.use_count(), 1);
  }
}

TEST(CallWatchTest, ErrorsSayWhyTheCallIsOver) {
  const Error error(ErrorCode::kInvalidArgument, "a read was cut");
  EXPECT_EQ(CallWatch(IsThere, {}, kNoDeadline).Explained(error).code(),
            ErrorCode::kInvalidArgument);
  CallWatch late(IsThere, {}, std::chrono::steady_clock::now());
  EXPECT_EQ(late.Explained(error).code(), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(late.Explained({ErrorCode::kCommitStateUnknown, "perhaps"}).code(),
            ErrorCode::kCommitStateUnknown);
}

}  // namespace
}  // namespace firn::flight
