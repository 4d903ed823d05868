#include "base/stop_wait.h"

#include <thread>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(StopWaitTest, EndsByTimeOrByAStop) {
  std::stop_source source;
  EXPECT_FALSE(WaitForStop(source.get_token(), std::chrono::milliseconds(1)));
  bool stopped = false;
  {
    // It ends: the thread's end requests the stop.
    std::jthread waiter([&stopped](const std::stop_token& stop) {
      stopped = WaitForStop(stop, std::chrono::hours(1));
    });
  }
  EXPECT_TRUE(stopped);
  source.request_stop();
  EXPECT_TRUE(WaitForStop(source.get_token(), std::chrono::hours(1)));
}

}  // namespace
}  // namespace firn
